import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Counted, JointAnswer, Throttle, ThrottleRule } from '../login.ts'
import type { ThrottleUnderTest } from './store.contract.ts'

const main = brandId<TenantId>('main')
const ruleOf = (name: string, free: number): ThrottleRule => ({
  name: `test.${name}`,
  free,
  wait: (excess) => 10 * (excess + 1),
  window: 3600,
})
const narrow = ruleOf('narrow', 2)
const middle = ruleOf('middle', 5)
const wide = ruleOf('wide', 100)

/** What every home of counted tries promises about several at once. */
export function testJointThrottle(name: string, open: () => Promise<ThrottleUnderTest>): void {
  /** How many tries were counted, by using up what is left of them. */
  async function countedOf({ throttle }: { throttle: Throttle }, { rule, subject }: Counted) {
    for (let left = 0; left <= rule.free; left += 1) {
      const { allowed } = await throttle.attempt(rule, main, subject)
      if (!allowed) return rule.free - left
    }
    return 0
  }

  describe(`several tries at once in ${name}`, () => {
    const address = { rule: wide, subject: '192.0.2.1' }
    const ada = { rule: narrow, subject: 'ada' }
    const row = { rule: middle, subject: 'ada' }
    const all = [address, ada, row]

    it('are all counted', async () => {
      await using opened = await open()
      assert.deepEqual(await opened.throttle.attemptAll(main, all), { allowed: true })
      for (const one of all) assert.equal(await countedOf(opened, one), 1)
    })

    it('are none counted where one refuses, which tells (Q34)', async () => {
      await using opened = await open()
      const { throttle } = opened
      for (let n = 0; n < 2; n += 1) await throttle.attempt(narrow, main, 'ada')
      for (let n = 0; n < 20; n += 1) {
        const refused = { allowed: false, by: ada, retryAfter: 10 }
        assert.deepEqual(await throttle.attemptAll(main, all), refused)
      }
      assert.equal(await countedOf(opened, address), 0)
      assert.equal(await countedOf(opened, row), 0)
    })

    it('are refused by the first of those that refuse', async () => {
      await using opened = await open()
      const { throttle } = opened
      for (let n = 0; n < 2; n += 1) await throttle.attempt(narrow, main, 'ada')
      for (let n = 0; n < 5; n += 1) await throttle.attempt(middle, main, 'ada')
      const first = async (counts: readonly Counted[]) => {
        const answer = await throttle.attemptAll(main, counts)
        return answer.allowed ? undefined : answer.by
      }
      assert.equal(await first(all), ada)
      assert.equal(await first([row, address, ada]), row)
    })

    it('wait, and go on when it is over, as one alone', async () => {
      await using opened = await open()
      const { throttle, clock } = opened
      for (const wait of [10, 20, 30]) {
        if (wait === 10) await throttle.attemptAll(main, all)
        assert.deepEqual(await throttle.attemptAll(main, all), { allowed: true })
        const refused = { allowed: false, by: ada, retryAfter: wait }
        assert.deepEqual(await throttle.attemptAll(main, all), refused)
        clock.advance(wait * 1000)
      }
      clock.advance(3_600_000)
      assert.equal(await countedOf(opened, row), 0)
    })

    it('at once let exactly as many through as the narrowest has, twenty times (Q34)', async () => {
      await using opened = await open()
      const { throttle } = opened
      for (let round = 0; round < 20; round += 1) {
        const counts = all.map(({ rule, subject }) => ({ rule, subject: `${subject} ${round}` }))
        const answers = await Promise.all(
          // in any order: who locks what first must not matter
          Array.from({ length: 20 }, (_, n) =>
            throttle.attemptAll(main, n % 2 === 0 ? counts : counts.toReversed()),
          ),
        )
        assert.equal(answers.filter(({ allowed }) => allowed).length, 2)
        for (const answer of answers) assertRefusedBy(answer, counts[1])
        for (const one of counts) assert.equal(await countedOf(opened, one), 2)
      }
    })

    it('are counted for many victims of one address at once, and for none in part', async () => {
      await using opened = await open()
      const { throttle } = opened
      const place = { rule: middle, subject: '192.0.2.1' }
      const victims = Array.from({ length: 20 }, (_, n) => ({ rule: wide, subject: `p${n}` }))
      const answers = await Promise.all(
        victims.map((victim) => throttle.attemptAll(main, [place, victim])),
      )
      assert.equal(answers.filter(({ allowed }) => allowed).length, 5)
      const counted = await Promise.all(victims.map((victim) => countedOf(opened, victim)))
      assert.deepEqual(
        counted,
        answers.map(({ allowed }) => (allowed ? 1 : 0)),
      )
    })

    it('are looked at without being counted', async () => {
      await using opened = await open()
      const { throttle, clock } = opened
      const look = () => throttle.look(narrow, main, 'ada')
      for (let n = 0; n < 5; n += 1) assert.deepEqual(await look(), { allowed: true })
      for (let n = 0; n < 2; n += 1) await throttle.attempt(narrow, main, 'ada')
      assert.deepEqual(await look(), { allowed: false, retryAfter: 10 })
      clock.advance(9001)
      assert.deepEqual(await look(), { allowed: false, retryAfter: 1 })
      clock.advance(999)
      assert.deepEqual(await look(), { allowed: true })
    })

    it('are forgiven and reset together, each once, and nothing else', async () => {
      await using opened = await open()
      const { throttle } = opened
      const other = { rule: middle, subject: 'bob' }
      for (let n = 0; n < 2; n += 1) await throttle.attemptAll(main, [...all, other])
      await throttle.settle(main, { forgive: [address, row], reset: [ada] })
      assert.equal(await countedOf(opened, address), 1)
      assert.equal(await countedOf(opened, row), 1)
      assert.equal(await countedOf(opened, ada), 0)
      assert.equal(await countedOf(opened, other), 2)
    })

    it('are none at all where nothing is asked', async () => {
      await using opened = await open()
      assert.deepEqual(await opened.throttle.attemptAll(main, []), { allowed: true })
      await opened.throttle.settle(main, {})
    })
  })
}

function assertRefusedBy(answer: JointAnswer, by: Counted | undefined): void {
  if (!answer.allowed) assert.deepEqual(answer.by, by)
}
