import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { createAccounts } from '#account/service.ts'
import { createPostgresAudit } from '#audit/postgres.ts'
import { createGate } from '#kit/gate.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { availableDatabases, type TestDatabase } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { actor, email, requesterFrom, right, tenant, wrong } from '#test/support/password-login.ts'
import { createRecordingLogger } from '#test/support/recording-logger.ts'
import { createPostgresThrottle } from '../throttle/postgres.ts'
import { createPasswordHasher } from './argon2.ts'
import { createPostgresPasswordStore } from './postgres.ts'
import { createPasswordLogin } from './service.ts'

/** The whole of it, with real hashes: every store call in a transaction joins it, or the embedded database stands still. */
async function setUp(database: TestDatabase) {
  const clock = createFakeClock()
  const audit = createPostgresAudit({ database, clock })
  const keys = createKeyDeriver([randomBytes(32)])
  const accounts = createAccounts({
    store: createPostgresAccountStore({ database }),
    clock,
    audit,
    ender: { endAccount: async () => undefined },
    transactor: database,
  })
  const sealer = createSealer(keys)
  const store = createPostgresPasswordStore({ database })
  const login = createPasswordLogin({
    store,
    accounts,
    throttle: createPostgresThrottle({ database, clock }),
    hasher: createPasswordHasher({
      config: { memory: 64, time: 2, parallelism: 1, width: 1, queue: 50 },
      gate: createGate({ name: 'password', width: 1, queue: 50 }),
      clock,
    }),
    sealer,
    keys,
    audit,
    transactor: database,
    clock,
    logger: createRecordingLogger([]),
    isCommon: () => false,
  })
  const settings = JSON.stringify(tenant.settings)
  const { id, slug, name, status } = tenant
  await database.knex('tenants').insert({ id, slug, name, status, settings })
  const created = await accounts.create({
    tenantId: tenant.id,
    email,
    emailVerified: true,
    profile: {},
    actor,
  })
  assert.ok(created.outcome === 'created')
  const { account } = created
  const stored = async () => {
    const found = await store.find(tenant.id, account.id)
    return found && sealer.open(found.sealedPhc, [tenant.id, 'passwords', account.id])
  }
  return { audit, accounts, login, account, stored }
}

/** Of `right`, made by libxcrypt. */
const bcryptHash = '$2a$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'

for (const kind of availableDatabases()) {
  describe(`passwords on ${kind.name}`, () => {
    test('are set, proved, refused and audited', async () => {
      await using database = await kind.open()
      const { audit, login, account } = await setUp(database)
      await login.setPassword({ tenant, account, password: right, actor })
      const attempt = (password: string) =>
        login.verify({ tenant, email, password, requester: requesterFrom('192.0.2.1') })
      assert.equal((await attempt(right)).kind, 'proved')
      assert.equal((await attempt(wrong)).kind, 'refused')
      const events = await audit.list(tenant.id, { limit: 10 })
      assert.deepEqual(
        events.map(({ type }) => type),
        ['login.failed', 'login.succeeded', 'login.password_set', 'account.created'],
      )
      assert.equal(await audit.verify(tenant.id), true)
    })

    test('are set within the transaction that needs them, or not at all', async () => {
      await using database = await kind.open()
      const { audit, login, account } = await setUp(database)
      const failing = database.transaction(async (within) => {
        await login.setPassword({ tenant, account, password: right, actor }, within)
        assert.equal(await login.hasPassword(tenant.id, account.id, within), true)
        throw new Error('the rest failed')
      })
      await assert.rejects(failing, /the rest failed/)
      assert.equal(await login.hasPassword(tenant.id, account.id), false)
      assert.equal((await audit.list(tenant.id, { limit: 10 })).length, 1)
    })

    test('are imported as hashes, and become argon2id at the first sign-in, several at once (Q32)', async () => {
      await using database = await kind.open()
      const { audit, login, account, stored } = await setUp(database)
      const imported = await login.importHash({ tenant, account, hash: bcryptHash, actor })
      assert.deepEqual(imported, { outcome: 'set' })
      assert.equal(await stored(), bcryptHash)
      const attempt = (password: string, at = 0) =>
        login.verify({ tenant, email, password, requester: requesterFrom(`192.0.2.${at}`) })
      assert.equal((await attempt(wrong)).kind, 'refused')
      assert.equal(await stored(), bcryptHash)

      const first = await attempt(right)
      const upgraded = await stored()
      assert.equal(first.kind, 'proved')
      assert.match(upgraded ?? '', /^\$argon2id\$/)
      assert.equal((await attempt(right)).kind, 'proved')
      assert.equal(await stored(), upgraded)

      await login.importHash({ tenant, account, hash: bcryptHash, actor })
      const verdicts = await Promise.all(
        Array.from({ length: 5 }, (_, at) => attempt(right, at + 1)),
      )
      assert.deepEqual(
        verdicts.map((verdict) => verdict.kind),
        Array.from({ length: 5 }, () => 'proved'),
      )
      assert.match((await stored()) ?? '', /^\$argon2id\$/)
      const events = await audit.list(tenant.id, { limit: 100 })
      assert.ok(events.some(({ type }) => type === 'login.password_imported'))
      assert.doesNotMatch(JSON.stringify(events), /\$2a|abcdefghijkl/)
    })

    test('an account that is disabled stays so, in one transaction with its event (Q91)', async () => {
      await using database = await kind.open()
      const { audit, accounts, account } = await setUp(database)
      assert.equal(await accounts.setStatus(tenant.id, account.id, 'disabled', actor), true)
      assert.equal((await accounts.find(tenant.id, account.id))?.status, 'disabled')
      assert.equal((await audit.list(tenant.id, { limit: 1 }))[0]?.type, 'account.disabled')
    })
  })
}
