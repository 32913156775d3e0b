import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { TenantId } from '#kit/ids.ts'
import type { Clock } from '#kit/clock.ts'
import { createFakeClock, type FakeClock } from '#test/support/fake-clock.ts'
import type { Mail, Outbox } from './mail.ts'

export type OutboxHome = {
  /** A tenant mail may be queued for. */
  readonly tenantId: TenantId
  outbox(clock: Clock): Outbox
  empty(): Promise<void>
  close(): Promise<void>
}

export const exampleMail = (tenantId: TenantId): Mail => ({
  tenantId,
  kind: 'refresh_token_reused',
  to: 'ada@example.test',
  subject: 'Was this you?',
  text: 'Someone used an old token.',
  html: '<p>Someone used an old token.</p>',
})

/** What every outbox does, whatever keeps it. */
export function outboxContract(name: string, open: () => Promise<OutboxHome>): void {
  describe(`outbox on ${name}`, () => {
    let home: OutboxHome
    let clock: FakeClock
    let outbox: Outbox
    let mail: Mail

    before(async () => {
      home = await open()
      mail = exampleMail(home.tenantId)
    })
    beforeEach(async () => {
      await home.empty()
      clock = createFakeClock()
      outbox = home.outbox(clock)
    })
    after(() => home.close())

    const claim = () => outbox.claimDue({ limit: 10, lease: 60 })

    async function claimOne(): Promise<string> {
      const [claimed] = await claim()
      assert.ok(claimed)
      return claimed.id
    }

    test('a queued mail is due at once, with everything it says', async () => {
      await outbox.enqueue(mail)
      const [claimed, ...others] = await claim()
      assert.deepEqual(others, [])
      assert.ok(claimed)
      const { id, ...rest } = claimed
      assert.ok(id)
      assert.deepEqual(rest, { ...mail, createdAt: new Date(clock.now()), attempts: 1 })
    })

    test('a mail that will be over says when', async () => {
      const expiresAt = new Date(clock.now() + 600_000)
      await outbox.enqueue({ ...mail, expiresAt })
      assert.deepEqual((await claim())[0]?.expiresAt, expiresAt)
    })

    test('a claimed mail is hidden until its lease is over, then tried again', async () => {
      await outbox.enqueue(mail)
      assert.equal((await claim()).length, 1)
      clock.advance(59_999)
      assert.deepEqual(await claim(), [])
      clock.advance(1)
      const [again] = await claim()
      assert.equal(again?.attempts, 2)
    })

    test('claims at once never share a mail', async () => {
      for (let n = 0; n < 12; n += 1) await outbox.enqueue({ ...mail, subject: `number ${n}` })
      const claims = await Promise.all(
        Array.from({ length: 6 }, () => outbox.claimDue({ limit: 3, lease: 60 })),
      )
      const ids = claims.flat().map((claimed) => claimed.id)
      assert.equal(new Set(ids).size, ids.length)
      assert.ok(ids.length > 0)
    })

    test('a settled mail is never due again and what it said is forgotten (Q90)', async () => {
      await outbox.enqueue(mail)
      await outbox.settle(await claimOne())
      clock.advance(1e9)
      assert.deepEqual(await claim(), [])
      const [kept] = await outbox.recent(1)
      assert.deepEqual([kept?.subject, kept?.text, kept?.html], ['', '', ''])
    })

    test('a postponed mail is due after its delay', async () => {
      await outbox.enqueue(mail)
      await outbox.postpone(await claimOne(), 10, '451 later')
      clock.advance(9_999)
      assert.deepEqual(await claim(), [])
      clock.advance(1)
      assert.equal((await claim())[0]?.text, mail.text)
    })

    test('a mail that was given up is never due again, and nobody can put it back', async () => {
      await outbox.enqueue(mail)
      const id = await claimOne()
      await outbox.abandon(id, '550 no such mailbox')
      await outbox.postpone(id, 1, 'too late')
      clock.advance(1e9)
      assert.deepEqual(await claim(), [])
      const [kept] = await outbox.recent(1)
      assert.deepEqual([kept?.subject, kept?.text, kept?.html], ['', '', ''])
    })

    test('shows the newest first, no more than asked', async () => {
      for (const subject of ['one', 'two', 'three']) {
        await outbox.enqueue({ ...mail, subject })
        clock.advance(1)
      }
      const recent = await outbox.recent(2)
      assert.deepEqual(
        recent.map((shown) => shown.subject),
        ['three', 'two'],
      )
    })

    test('removes what is older than asked, delivered or not', async () => {
      await outbox.enqueue(mail)
      await outbox.enqueue(mail)
      await outbox.settle(await claimOne())
      clock.advance(1000)
      await outbox.enqueue({ ...mail, subject: 'young' })
      assert.equal(await outbox.purge(new Date(clock.now())), 2)
      const left = await outbox.recent(10)
      assert.deepEqual(
        left.map((shown) => shown.subject),
        ['young'],
      )
    })

    test('an unknown mail is nothing to settle, postpone or give up', async () => {
      await outbox.settle('nothing')
      await outbox.postpone('nothing', 1, 'why')
      await outbox.abandon('nothing', 'why')
      assert.deepEqual(await outbox.recent(1), [])
    })
  })
}
