import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountRule, addressBucket, consecutiveRule } from './rules.ts'

describe('the bucket of an address (Q38)', () => {
  const cases = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const
  for (const [ip, bucket] of cases) {
    test(`of ${ip} is ${bucket}`, () => assert.equal(addressBucket(ip), bucket))
  }

  test('is the text itself where there is no address', () => {
    assert.equal(addressBucket(''), '')
  })
})

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
