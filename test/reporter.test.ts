import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isComplete, lastLine } from './support/reporter.ts'

const missing = { missing: ['redis', 'chromium'], skipped: ['a Redis'] }

describe('the last line of a test run', () => {
  it('says that everything was there', () => {
    const found = { missing: [], skipped: [] }
    assert.ok(isComplete(found))
    assert.match(lastLine(found, false), /nothing was skipped/)
  })

  it('names what was not found and what was skipped', () => {
    assert.ok(!isComplete(missing))
    assert.match(lastLine(missing, false), /not found: redis, chromium .* skipped: a Redis\./)
  })

  it('is a failure where everything is required, for a skipped test alone as well', () => {
    assert.match(lastLine(missing, true), /^\n✖ .* a failure/)
    assert.ok(!isComplete({ missing: [], skipped: ['a Redis'] }))
  })
})
