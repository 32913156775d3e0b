import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { FakeClock } from '#test/support/fake-clock.ts'
import { adaId, bobId, peopleTenants } from '#test/support/people.ts'
import { mostMisses, type FactorTries, type TriedFactor } from './factor-tries.ts'

export type FactorTriesHome = {
  /** Of the people of `addPeople`. */
  readonly tries: FactorTries
  readonly clock: FakeClock
  empty(): Promise<void>
  close(): Promise<void>
}

const minute = 60

/** What every home of counted tries of a factor promises. */
export function factorTriesContract(name: string, open: () => Promise<FactorTriesHome>): void {
  describe(`tries of a factor in ${name}`, () => {
    let home: FactorTriesHome
    let ada: TriedFactor
    before(async () => {
      home = await open()
      ada = { tenantId: peopleTenants[0], accountId: adaId, method: 'totp' }
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    /** 0 for each try that was allowed, else the seconds to wait. */
    async function tries(count: number, factor = ada): Promise<readonly number[]> {
      const answers: number[] = []
      for (let at = 0; at < count; at += 1) {
        const answer = await home.tries.count(factor)
        answers.push(answer.allowed ? 0 : answer.retryAfter)
      }
      return answers
    }

    it('gives five, then makes wait five minutes (Q39)', async () => {
      assert.deepEqual(await tries(7), [0, 0, 0, 0, 0, 5 * minute, 5 * minute])
    })

    it('lets five of a hundred at once through, from as many sessions (Q34, AuthQuake)', async () => {
      const all = Array.from({ length: 100 }, () => home.tries.count(ada))
      assert.equal((await Promise.all(all)).filter(({ allowed }) => allowed).length, 5)
    })

    it('lets one of twenty at once through when a wait is over', async () => {
      await tries(5)
      home.clock.advance(5 * minute * 1000)
      const all = Array.from({ length: 20 }, () => home.tries.count(ada))
      assert.equal((await Promise.all(all)).filter(({ allowed }) => allowed).length, 1)
    })

    it('doubles the wait with every miss, up to an hour (Q39)', async () => {
      await tries(5)
      const waits: number[] = []
      for (let at = 0; at < 7; at += 1) {
        const [wait = 0] = await tries(1)
        waits.push(wait / minute)
        home.clock.advance(wait * 1000 - 1)
        assert.notDeepEqual(await tries(1), [0])
        home.clock.advance(1)
        assert.deepEqual(await tries(1), [0])
      }
      assert.deepEqual(waits, [5, 10, 20, 40, 60, 60, 60])
    })

    it('begins the waits anew after a day, but not the count to the end', async () => {
      for (let at = 1; at < mostMisses; at += 1) {
        const counted = await home.tries.count(ada)
        assert.deepEqual(counted, { allowed: true, isLast: false }, `try ${at}`)
        home.clock.advance(24 * 3600 * 1000)
      }
      assert.deepEqual(await home.tries.count(ada), { allowed: true, isLast: true })
      home.clock.advance(365 * 24 * 3600 * 1000)
      const answer = await home.tries.count(ada)
      assert.ok(!answer.allowed && answer.isLocked, 'a hundred misses are the end (63B §3.2.2)')
      assert.equal(await home.tries.isLocked(ada), true)
    })

    it('ends the wait with a right code, and forgives one miss with it', async () => {
      await tries(5)
      await home.tries.accept(ada)
      assert.deepEqual(await tries(6), [0, 0, 0, 0, 0, 5 * minute])
    })

    it('does not let the owner’s sign-ins pay for a guesser: the end comes all the same', async () => {
      let guesses = 0
      while (!(await home.tries.isLocked(ada))) {
        guesses += (await tries(4)).filter((wait) => wait === 0).length
        if (await home.tries.isLocked(ada)) break
        await home.tries.count(ada)
        await home.tries.accept(ada) // the owner
        assert.ok(guesses < 200, 'guessing never ends')
      }
      assert.ok(guesses >= mostMisses)
    })

    it('never comes to an end for who mistypes every other time', async () => {
      for (let at = 0; at < 100; at += 1) {
        await tries(2)
        await home.tries.accept(ada)
      }
      assert.deepEqual(await tries(5), [0, 0, 0, 0, 0])
    })

    it('takes back what was never verified', async () => {
      await tries(5)
      await home.tries.withdraw(ada)
      assert.deepEqual(await tries(2), [0, 5 * minute])
    })

    it('forgets everything with a new factor', async () => {
      await tries(6)
      await home.tries.reset(ada)
      assert.deepEqual(await tries(5), [0, 0, 0, 0, 0])
    })

    it('keeps accounts, factors and tenants apart', async () => {
      await tries(6)
      const others = [
        { ...ada, method: 'recovery_code' },
        { ...ada, accountId: bobId },
        { ...ada, tenantId: peopleTenants[1] },
      ] as const
      for (const other of others) assert.deepEqual(await tries(1, other), [0])
    })

    it('takes nothing back where nothing was tried', async () => {
      await home.tries.accept(ada)
      await home.tries.withdraw(ada)
      assert.equal(await home.tries.isLocked(ada), false)
      assert.deepEqual(await tries(6), [0, 0, 0, 0, 0, 5 * minute])
    })
  })
}
