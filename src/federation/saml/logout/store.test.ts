import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import {
  brandId,
  type AccountId,
  type ConnectionId,
  type SessionUid,
  type TenantId,
} from '#kit/ids.ts'
import { createPostgresSessionStore } from '#session/postgres.ts'
import { exampleSession } from '#session/store.contract.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import type { TestDatabase } from '#test/support/databases.ts'
import { createPostgresConnectionStore } from '../../connection/postgres.ts'
import { exampleConnection, exampleId } from '../../connection/store.contract.ts'
import { createMemorySamlSessionStore } from './memory.ts'
import type { SamlSession } from './logout.ts'
import { createPostgresSamlSessionStore } from './postgres.ts'
import { samlSessionStoreContract } from './store.contract.ts'

const uids = [brandId<SessionUid>('second'), brandId<SessionUid>('third')] as const
const names = { connectionId: exampleId, nameKey: 'name', indexKey: 'one' }
const sessionUid = brandId<SessionUid>('first')

describe('sessions by SAML in memory', () => {
  samlSessionStoreContract(async () => ({
    store: createMemorySamlSessionStore(),
    example: {
      ...names,
      sessionUid,
      tenantId: brandId<SamlSession['tenantId']>('tenant'),
      accountId: brandId<AccountId>('ada'),
    },
    uids,
    [Symbol.asyncDispose]: async () => undefined,
  }))
})

for (const kind of availableDatabases()) {
  describe(`sessions by SAML on ${kind.name}`, () => {
    samlSessionStoreContract(async () => {
      const database = await kind.open()
      const opened = await setUp(database)
      return { ...opened, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
    })

    it('go with the session, the connection and the account', async () => {
      await using database = await kind.open()
      const { store, example, sessions, connections, owner } = await setUp(database)
      const found = () => store.find({ ...example, indexKeys: [] })
      const [second] = uids
      await store.insert(example)
      await store.insert({ ...example, sessionUid: second })
      await sessions.remove(example.tenantId, [sessionUid])
      assert.deepEqual(
        (await found()).map((one) => one.sessionUid),
        [second],
      )
      await connections.remove(example.tenantId, exampleId)
      assert.deepEqual(await found(), [])
      await connections.insert(exampleConnection(example.tenantId))
      assert.deepEqual(await found(), [], 'nothing of a removed one is a new one’s')
      await store.insert({ ...example, sessionUid: second })
      await database.knex('accounts').where({ tenant_id: owner.tenantId, id: owner.id }).delete()
      const [left] = await database.knex('saml_sessions').count<{ count: string }[]>('* as count')
      assert.equal(Number(left?.count), 0)
    })

    it('are none of what is gone, or was taken over by somebody else', async () => {
      await using database = await kind.open()
      const { store, example, sessions } = await setUp(database)
      const lost = { connectionId: brandId<ConnectionId>('gone') }
      await store.insert({ ...example, ...lost })
      await store.insert({ ...example, sessionUid: brandId<SessionUid>('gone') })
      assert.deepEqual(await store.find({ ...example, indexKeys: [] }), [])
      await store.insert(example)
      const { tenantId } = example
      const bob = { tenantId, id: await addAccount(database, tenantId, 'bob') }
      await sessions.put(exampleSession(bob, { uid: sessionUid }))
      assert.deepEqual(await store.find({ ...example, indexKeys: [] }), [])
    })
  })
}

async function setUp(database: TestDatabase) {
  const tenantId = await addTenant(database)
  const accountId = await addAccount(database, tenantId, 'ada')
  const owner = { tenantId, id: accountId }
  const connections = createPostgresConnectionStore({ database })
  await connections.insert(exampleConnection(tenantId))
  const sessions = createPostgresSessionStore({ database })
  for (const uid of [sessionUid, ...uids]) await sessions.put(exampleSession(owner, { uid }))
  const store = createPostgresSamlSessionStore({ database })
  const example: SamlSession = { ...names, tenantId, accountId, sessionUid }
  return { store, example, uids, sessions, connections, owner }
}

async function addAccount(database: TestDatabase, tenantId: TenantId, name: string) {
  const account = exampleAccount(tenantId, name)
  await createPostgresAccountStore({ database }).insert(account)
  return account.id
}
