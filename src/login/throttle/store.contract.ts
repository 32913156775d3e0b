import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import { exponentialWait, type Throttle, type ThrottleRule } from '../login.ts'

export type ThrottleUnderTest = AsyncDisposable & {
  readonly throttle: Throttle
  readonly clock: FakeClock
}

/** What every home of counted tries promises. */
export function testThrottle(name: string, open: () => Promise<ThrottleUnderTest>): void {
  const main = brandId<TenantId>('main')
  const rule: ThrottleRule = {
    name: 'test.rule',
    free: 5,
    wait: (excess) => exponentialWait(excess),
    window: 3600,
  }

  async function withThrottle(
    work: (
      tries: (count?: number) => Promise<number[]>,
      opened: ThrottleUnderTest,
    ) => Promise<void>,
  ): Promise<void> {
    await using opened = await open()
    /** One after the other; 0 stands for allowed, else the seconds to wait. */
    async function tries(count = 1): Promise<number[]> {
      const answers: number[] = []
      for (let at = 0; at < count; at += 1) {
        const answer = await opened.throttle.attempt(rule, main, 'ada')
        answers.push(answer.allowed ? 0 : answer.retryAfter)
      }
      return answers
    }
    await work(tries, opened)
  }

  describe(`throttle in ${name}`, () => {
    it('gives the free tries, then a second (Q36)', () =>
      withThrottle(async (tries) => {
        assert.deepEqual(await tries(7), [0, 0, 0, 0, 0, 1, 1])
      }))

    it('lets exactly the free ones of a hundred at once through (Q34)', () =>
      withThrottle(async (_, { throttle }) => {
        const answers = await Promise.all(
          Array.from({ length: 100 }, () => throttle.attempt(rule, main, 'ada')),
        )
        assert.equal(answers.filter((answer) => answer.allowed).length, 5)
      }))

    it('lets exactly one of twenty at once through when a wait is over', () =>
      withThrottle(async (tries, { throttle, clock }) => {
        await tries(5)
        clock.advance(1000)
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => throttle.attempt(rule, main, 'ada')),
        )
        assert.equal(answers.filter((answer) => answer.allowed).length, 1)
      }))

    it('doubles the wait with every try, up to a quarter of an hour (Q36)', () =>
      withThrottle(async (tries, { clock }) => {
        await tries(5)
        const waits: number[] = []
        for (let at = 0; at < 14; at += 1) {
          const [wait = 0] = await tries()
          waits.push(wait)
          clock.advance(wait * 1000 - 1)
          assert.notDeepEqual(await tries(), [0])
          clock.advance(1)
          assert.deepEqual(await tries(), [0])
        }
        assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
      }))

    it('does not count a refused try', () =>
      withThrottle(async (tries, { clock }) => {
        await tries(5)
        await tries(50)
        clock.advance(1000)
        assert.deepEqual(await tries(2), [0, 2])
      }))

    it('rounds the seconds to wait up', () =>
      withThrottle(async (tries, { clock }) => {
        await tries(5)
        clock.advance(1000)
        await tries()
        clock.advance(1)
        assert.deepEqual(await tries(), [2])
        clock.advance(1998)
        assert.deepEqual(await tries(), [1])
      }))

    it('forgets everything a window after the last counted try', () =>
      withThrottle(async (tries, { clock }) => {
        await tries(5)
        clock.advance(3_599_000)
        assert.deepEqual(await tries(2), [0, 2])
        clock.advance(3_600_000)
        assert.deepEqual(await tries(6), [0, 0, 0, 0, 0, 1])
      }))

    it('does not forget while it makes wait, however short the window', () =>
      withThrottle(async (_, { throttle, clock }) => {
        const short = { ...rule, name: 'test.short', free: 1, wait: () => 100, window: 10 }
        await throttle.attempt(short, main, 'ada')
        clock.advance(99_000)
        const refused = { allowed: false, retryAfter: 1 }
        assert.deepEqual(await throttle.attempt(short, main, 'ada'), refused)
      }))

    it('forgets what made nobody wait, however long the waits to come', () =>
      withThrottle(async (_, { throttle, clock }) => {
        const long = { ...rule, name: 'test.long', free: 2, wait: () => 100_000, window: 10 }
        await throttle.attempt(long, main, 'ada')
        clock.advance(10_000)
        assert.deepEqual(await throttle.attempt(long, main, 'ada'), { allowed: true })
        assert.deepEqual(await throttle.attempt(long, main, 'ada'), { allowed: true })
        const refused = { allowed: false, retryAfter: 100_000 }
        assert.deepEqual(await throttle.attempt(long, main, 'ada'), refused)
      }))

    it('makes wait from the first try on when none is free', () =>
      withThrottle(async (_, { throttle }) => {
        const none = { ...rule, name: 'test.none', free: 0, wait: (excess: number) => excess * 10 }
        assert.deepEqual(await throttle.attempt(none, main, 'ada'), { allowed: true })
        const refused = { allowed: false, retryAfter: 10 }
        assert.deepEqual(await throttle.attempt(none, main, 'ada'), refused)
      }))

    it('keeps subjects, rules and tenants apart', () =>
      withThrottle(async (tries, { throttle }) => {
        await tries(6)
        const others = [
          throttle.attempt(rule, main, 'bob'),
          throttle.attempt({ ...rule, name: 'test.other' }, main, 'ada'),
          throttle.attempt(rule, brandId('other'), 'ada'),
        ]
        for (const answer of await Promise.all(others)) assert.deepEqual(answer, { allowed: true })
      }))

    it('takes any text as a subject: NUL, half a surrogate, a very long one', () =>
      withThrottle(async (_, { throttle }) => {
        for (const subject of ['a\0b', '\ud800', 'x'.repeat(100_000), '{a}:b', '']) {
          assert.deepEqual(await throttle.attempt(rule, main, subject), { allowed: true })
        }
      }))

    it('takes a forgiven try back, and the wait that came of it', () =>
      withThrottle(async (tries, { throttle, clock }) => {
        await tries(5)
        await throttle.settle(main, { forgive: [{ rule, subject: 'ada' }] })
        assert.deepEqual(await tries(2), [0, 1])
        clock.advance(1000)
        assert.deepEqual(await tries(2), [0, 2])
        await throttle.settle(main, { forgive: [{ rule, subject: 'ada' }] })
        assert.deepEqual(await tries(2), [0, 2])
      }))

    it('forgives never below zero, and not what was never tried', () =>
      withThrottle(async (tries, { throttle }) => {
        await throttle.settle(main, { forgive: [{ rule, subject: 'ada' }] })
        await tries(1)
        for (let at = 0; at < 3; at += 1)
          await throttle.settle(main, { forgive: [{ rule, subject: 'ada' }] })
        assert.deepEqual(await tries(6), [0, 0, 0, 0, 0, 1])
      }))

    it('forgets a subject that is reset, and only that one', () =>
      withThrottle(async (tries, { throttle }) => {
        await tries(6)
        await throttle.settle(main, { reset: [{ rule, subject: 'bob' }] })
        assert.deepEqual(await tries(), [1])
        await throttle.settle(main, { reset: [{ rule, subject: 'ada' }] })
        assert.deepEqual(await tries(6), [0, 0, 0, 0, 0, 1])
      }))
  })
}
