import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createExpiryJob } from './expiry.ts'

it('removes in batches until a batch is not full', async () => {
  const calls: [number, number][] = []
  let left = 12
  const clock = createFakeClock(1_000_000)
  const job = createExpiryJob({
    clock,
    grace: 60,
    batch: 5,
    removers: {
      things: async (before, limit) => {
        calls.push([before, limit])
        const count = Math.min(left, limit)
        left -= count
        return count
      },
    },
  })
  assert.equal(await job.runOnce(), 12)
  assert.deepEqual(calls, [
    [940, 5],
    [940, 5],
    [940, 5],
  ])
})

it('goes on with the next kind when one fails', async () => {
  const job = createExpiryJob({
    clock: createFakeClock(),
    removers: {
      broken: () => Promise.reject(new Error('no')),
      whole: async () => 3,
    },
  })
  assert.equal(await job.runOnce(), 3)
})

it('runs by itself, and not after it was stopped', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let runs = 0
  const job = createExpiryJob({
    clock: createFakeClock(),
    interval: 1000,
    removers: { things: async () => (runs += 1) && 0 },
  })
  job.start()
  context.mock.timers.tick(1000)
  await job.stop()
  assert.equal(runs, 1)
  context.mock.timers.tick(10_000)
  assert.equal(runs, 1)
})
