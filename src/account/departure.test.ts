import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPostgresAudit } from '#audit/postgres.ts'
import { brandId } from '#kit/ids.ts'
import type { TenantId } from '#kit/ids.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import type { TestDatabase } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { departureTime } from './account.ts'
import { createDepartures } from './departure.ts'
import { createPostgresAccountStore } from './postgres.ts'
import { createAccounts } from './service.ts'

const tenantId = brandId<TenantId>('main')
const cli = { kind: 'cli' } as const

async function setUp(database: TestDatabase) {
  const clock = createFakeClock()
  await addTenant(database, tenantId)
  const store = createPostgresAccountStore({ database })
  const audit = createPostgresAudit({ database, clock })
  const ended: string[] = []
  const told: Date[] = []
  const ender = { endAccount: async (_: TenantId, id: string) => void ended.push(id) }
  const change = { clock, audit, ender, transactor: database }
  const accounts = createAccounts({ ...change, store })
  const departures = createDepartures({
    ...change,
    store,
    accounts,
    noticeFor: async () => async (_account, leavesAt) => void told.push(leavesAt),
  })
  async function addAda() {
    const input = { tenantId, email: 'ada@example.test', emailVerified: true, profile: {} }
    const made = await accounts.create({ ...input, actor: cli })
    if (made.outcome !== 'created') assert.fail(made.outcome)
    const { account } = made
    const actor = { kind: 'account', id: account.id } as const
    const by = { actor, ip: '192.0.2.1', userAgent: 'Browser/1', requestId: undefined }
    return { id: account.id, by }
  }
  const passTime = (seconds: number) => clock.advance(seconds * 1000)
  const now = () => Math.floor(clock.now() / 1000)
  return { accounts, departures, audit, ended, told, addAda, passTime, now, clock }
}

const twenty = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 20 }, work))

for (const kind of availableDatabases()) {
  describe(`a person who leaves, on ${kind.name}`, () => {
    test('ends everything at once, and is told, once', async () => {
      await using database = await kind.open()
      const { accounts, departures, ended, told, addAda, clock } = await setUp(database)
      const { id, by } = await addAda()
      const answers = await twenty(() => departures.leave(tenantId, id, by))
      const leavesAt = new Date(clock.now() + departureTime * 1000)
      assert.deepEqual(answers.filter(Boolean), [leavesAt])
      assert.deepEqual(told, [leavesAt])
      assert.ok(ended.includes(id))
      const account = await accounts.find(tenantId, id)
      assert.equal(account?.status, 'leaving')
      assert.equal(account.endedAt?.getTime(), clock.now())
      assert.equal(await accounts.findActive(tenantId, id), undefined)
    })

    test('comes back once, in time only', async () => {
      await using database = await kind.open()
      const { accounts, departures, addAda, passTime } = await setUp(database)
      const { id, by } = await addAda()
      assert.equal(await departures.stay(tenantId, id, by), false, 'nothing to take back')
      await departures.leave(tenantId, id, by)
      const back = await twenty(() => departures.stay(tenantId, id, by))
      assert.equal(back.filter(Boolean).length, 1)
      const account = await accounts.find(tenantId, id)
      assert.equal(account?.status, 'active')
      assert.equal(account.leavesAt, undefined)
      assert.ok(account.endedAt, 'what was proved before stays void')
      await departures.leave(tenantId, id, by)
      passTime(departureTime)
      assert.equal(await departures.stay(tenantId, id, by), false, 'too late')
    })

    test('is gone for good after 14 days: rows, address, and the name in the audit trail', async () => {
      await using database = await kind.open()
      const { accounts, departures, audit, addAda, passTime, now } = await setUp(database)
      const { id, by } = await addAda()
      await database.knex('passwords').insert({
        tenant_id: tenantId,
        account_id: id,
        sealed_phc: 'sealed',
        updated_at: new Date(),
      })
      await departures.leave(tenantId, id, by)
      passTime(departureTime - 1)
      assert.equal(await departures.eraseLeft(now(), 10), 0)
      passTime(1)
      const erased = await twenty(() => departures.eraseLeft(now(), 10))
      assert.equal(
        erased.reduce((sum, count) => sum + count),
        1,
      )
      assert.equal(await accounts.find(tenantId, id), undefined)
      assert.deepEqual(await database.knex('passwords'), [])
      assert.deepEqual(await audit.listOf(tenantId, id, { since: new Date(0), limit: 9 }), [])
      const events = await audit.list(tenantId, { limit: 9 })
      assert.deepEqual(events.map(({ type }) => type).toReversed(), [
        'account.created',
        'account.sessions_ended',
        'account.leaving',
        'account.erased',
      ])
      assert.doesNotMatch(JSON.stringify(events), new RegExp(`${id}|192\\.0\\.2|Browser`))
      assert.equal(await audit.verify(tenantId), true)
      assert.notEqual((await addAda()).id, id, 'the address is free, the id is not given again')
    })

    test('is erased also when paused meanwhile, and not when an operator lets them in again', async () => {
      await using database = await kind.open()
      const { accounts, departures, addAda, passTime, now } = await setUp(database)
      const ada = await addAda()
      await departures.leave(tenantId, ada.id, ada.by)
      await accounts.setStatus(tenantId, ada.id, 'disabled', cli)
      assert.equal(await departures.stay(tenantId, ada.id, ada.by), false, 'paused stays paused')
      await accounts.setStatus(tenantId, ada.id, 'active', cli)
      passTime(departureTime)
      assert.equal(await departures.eraseLeft(now(), 10), 0)
      await departures.leave(tenantId, ada.id, ada.by)
      await accounts.setStatus(tenantId, ada.id, 'disabled', cli)
      passTime(departureTime)
      assert.equal(await departures.eraseLeft(now(), 10), 1)
    })

    test('leaves only where the account is active', async () => {
      await using database = await kind.open()
      const { accounts, departures, told, addAda } = await setUp(database)
      const { id, by } = await addAda()
      await accounts.setStatus(tenantId, id, 'disabled', cli)
      assert.equal(await departures.leave(tenantId, id, by), undefined)
      assert.equal(await departures.leave(brandId<TenantId>('other'), id, by), undefined)
      assert.deepEqual(told, [])
    })
  })
}
