import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountRule, consecutiveRule } from './rules.ts'

describe('the waits of an account (Q36)', () => {
  test('double from a second to a quarter of an hour', () => {
    const waits = [0, 1, 2, 9, 10, 60].map((excess) => accountRule.wait(excess))
    assert.deepEqual(waits, [1, 2, 4, 512, 900, 900])
  })

  test('after a hundred in a row do not end by waiting a day', () => {
    assert.equal(consecutiveRule.free, 100)
    assert.ok(consecutiveRule.wait(0) > 30 * 86_400)
  })
})
