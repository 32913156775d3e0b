import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createTokenBucket } from './token-bucket.ts'

describe('a token bucket', () => {
  const open = () => {
    const clock = createFakeClock()
    return { clock, bucket: createTokenBucket({ capacity: 3, perSecond: 0.5, clock }) }
  }

  it('allows a burst, then as many as flow in, and says when the next is there', () => {
    const { bucket, clock } = open()
    for (let n = 0; n < 3; n += 1) assert.equal(bucket.take('a').allowed, true)
    assert.deepEqual(bucket.take('a'), { allowed: false, retryAfter: 2 })
    clock.advance(1000)
    assert.deepEqual(bucket.take('a'), { allowed: false, retryAfter: 1 })
    clock.advance(1000)
    assert.equal(bucket.take('a').allowed, true)
    assert.equal(bucket.take('a').allowed, false)
  })

  it('never holds more than its capacity', () => {
    const { bucket, clock } = open()
    bucket.take('a')
    clock.advance(3_600_000)
    for (let n = 0; n < 3; n += 1) assert.equal(bucket.take('a').allowed, true)
    assert.equal(bucket.take('a').allowed, false)
  })

  it('keeps sources apart, and forgets who was quiet the longest before it grows without end', () => {
    const { bucket } = open()
    for (let n = 0; n < 3; n += 1) bucket.take('first')
    assert.equal(bucket.take('second').allowed, true)
    for (let n = 0; n < 50_001; n += 1) bucket.take(`source-${n}`)
    assert.equal(bucket.take('first').allowed, true)
  })
})
