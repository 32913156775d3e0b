import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Clock } from '#kit/clock.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { Audit, AuditEvent } from './audit.ts'

export type OpenAudit = (clock: Clock) => Promise<{ audit: Audit; close: () => Promise<void> }>

const tenantId = brandId<TenantId>('main')
const other = brandId<TenantId>('other')

const failed: AuditEvent = {
  tenantId,
  type: 'login.failed',
  outcome: 'failure',
  actor: { kind: 'anonymous' },
  accountId: brandId<AccountId>('ada'),
  ip: '192.0.2.1',
  userAgent: 'Browser/1 "quoted" ñ \u0000',
  detail: { reason: 'wrong_password', tries: 3, last: false, rules: ['a', 'b'] },
}

/** What every audit does, whatever keeps it. */
export function auditContract(name: string, open: OpenAudit): void {
  describe(`audit on ${name} (Q91)`, () => {
    const clock = createFakeClock()
    let audit: Audit
    let close: () => Promise<void>

    before(async () => void ({ audit, close } = await open(clock)))
    after(() => close())

    test('an empty chain is whole', async () => {
      assert.deepEqual(await audit.list(tenantId, { limit: 10 }), [])
      assert.equal(await audit.verify(tenantId), true)
    })

    test('keeps every field of an event, its time and its place', async () => {
      await audit.append(failed)
      const [recorded] = await audit.list(tenantId, { limit: 1 })
      assert.match(recorded?.hash ?? '', /^[\w-]{43}$/)
      assert.deepEqual(recorded, {
        ...failed,
        sequence: 1,
        at: new Date(clock.now()),
        hash: recorded?.hash,
      })
    })

    test('lists the newest first, no more than asked', async () => {
      clock.advance(1000)
      await audit.append({ ...failed, type: 'account.disabled' })
      await audit.append({ ...failed, type: 'account.created' })
      const events = await audit.list(tenantId, { limit: 2 })
      assert.deepEqual(
        events.map(({ sequence, type }) => [sequence, type]),
        [
          [3, 'account.created'],
          [2, 'account.disabled'],
        ],
      )
    })

    test('bounds what a browser may write into it', async () => {
      await audit.append({ ...failed, userAgent: 'x'.repeat(100_000) })
      const [recorded] = await audit.list(tenantId, { limit: 1 })
      assert.equal(recorded?.userAgent?.length, 512)
    })

    test('50 events at once make one unbroken chain', async () => {
      const [newest] = await audit.list(tenantId, { limit: 1 })
      const start = newest?.sequence ?? 0
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => audit.append({ ...failed, detail: { n } })),
      )
      const events = await audit.list(tenantId, { limit: 50 })
      assert.deepEqual(
        events.map((event) => event.sequence),
        Array.from({ length: 50 }, (_, n) => start + 50 - n),
      )
      assert.deepEqual(
        new Set(events.map((event) => event.detail?.['n'])),
        new Set(Array.from({ length: 50 }, (_, n) => n)),
      )
      assert.equal(await audit.verify(tenantId), true)
    })

    test('lists what is about one account, of its tenant, since a time', async () => {
      const [grace, mallory] = [brandId<AccountId>('grace'), brandId<AccountId>('mallory')]
      await audit.append({ ...failed, accountId: grace, type: 'one' })
      clock.advance(1000)
      const since = new Date(clock.now())
      await audit.append({ ...failed, accountId: grace, type: 'two' })
      await audit.append({ ...failed, accountId: mallory, type: 'three' })
      await audit.append({ ...failed, accountId: grace, type: 'four' })
      await audit.append({ ...failed, accountId: undefined, type: 'five' })
      const listed = async (...about: Parameters<Audit['listOf']>) =>
        (await audit.listOf(...about)).map(({ type }) => type)
      const always = new Date(0)
      assert.deepEqual(await listed(tenantId, grace, { since: always, limit: 9 }), [
        'four',
        'two',
        'one',
      ])
      assert.deepEqual(await listed(tenantId, grace, { since, limit: 9 }), ['four', 'two'])
      assert.deepEqual(await listed(tenantId, grace, { since, limit: 1 }), ['four'])
      assert.deepEqual(await listed(other, grace, { since, limit: 9 }), [])
    })

    test('counts what of the newest about one account is of a kind', async () => {
      const [hal, neighbour] = [brandId<AccountId>('hal'), brandId<AccountId>('hals-neighbour')]
      const fails = { type: 'login.failed', outcome: 'failure' } as const
      await audit.append({ ...failed, ...fails, accountId: hal })
      clock.advance(1000)
      const since = new Date(clock.now())
      await audit.append({ ...failed, ...fails, accountId: hal })
      await audit.append({ ...failed, ...fails, outcome: 'success', accountId: hal })
      await audit.append({ ...failed, ...fails, type: 'login.succeeded', accountId: hal })
      await audit.append({ ...failed, ...fails, accountId: neighbour })
      const count = (from: Date, limit: number, who = hal, where = tenantId) =>
        audit.countOf(where, who, { ...fails, since: from, limit })
      assert.deepEqual(await count(new Date(0), 9), { found: 4, counted: 2 })
      assert.deepEqual(await count(since, 9), { found: 3, counted: 1 })
      assert.deepEqual(await count(since, 2), { found: 2, counted: 0 })
      assert.deepEqual(await count(since, 9, hal, other), { found: 0, counted: 0 })
    })

    test('forgets a person without breaking the chain, and no other', async () => {
      const [linus, kay] = [brandId<AccountId>('linus'), brandId<AccountId>('kay')]
      const actor = { kind: 'account', id: linus } as const
      await audit.append({ ...failed, actor, accountId: linus, type: 'login.succeeded' })
      await audit.append({ ...failed, accountId: kay, type: 'login.succeeded' })
      await audit.forget(other, linus)
      const all = { since: new Date(0), limit: 9 }
      assert.equal((await audit.listOf(tenantId, linus, all)).length, 1)
      await audit.forget(tenantId, linus)
      assert.deepEqual(await audit.listOf(tenantId, linus, all), [])
      assert.equal((await audit.listOf(tenantId, kay, all)).length, 1)
      const [, erased] = await audit.list(tenantId, { limit: 2 })
      const { sequence: _place, at, hash: _hash, ...rest } = erased ?? assert.fail()
      assert.deepEqual(rest, {
        tenantId,
        type: 'login.succeeded',
        outcome: 'failure',
        actor: { kind: 'account', id: 'erased' },
      })
      assert.equal(at.getTime(), clock.now())
      assert.equal(await audit.verify(tenantId), true)
    })

    test('each tenant has a chain of its own', async () => {
      await audit.append({ ...failed, tenantId: other })
      const events = await audit.list(other, { limit: 10 })
      assert.deepEqual(
        events.map((event) => event.sequence),
        [1],
      )
      assert.equal(await audit.verify(other), true)
    })
  })
}
