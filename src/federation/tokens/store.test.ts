import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { addConnection, addTenant, availableDatabases } from '#test/support/databases.ts'
import type { IdentityKey } from '../identity/identity.ts'
import { createPostgresIdentityStore } from '../identity/postgres.ts'
import { createPostgresTokenStore } from './postgres.ts'
import { tokenStoreContract } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accountId = exampleAccount(tenants[0], 'ada').id
const connectionId = brandId<ConnectionId>('peer')
const keyIn = (tenantId: TenantId): IdentityKey => ({
  tenantId,
  connectionId,
  issuer: 'https://id.peer.test',
  subject: 'ada',
})
const keys = [keyIn(tenants[0]), keyIn(tenants[1])] as const

async function fill(database: Database): Promise<void> {
  const accounts = createPostgresAccountStore({ database })
  const identities = createPostgresIdentityStore({ database })
  for (const key of keys) {
    await addTenant(database, key.tenantId)
    await addConnection(database, key.tenantId, connectionId)
    await accounts.insert(exampleAccount(key.tenantId, 'ada'))
    const times = { createdAt: new Date(0), lastUsedAt: undefined }
    await identities.insert({ ...key, ...times, accountId, email: undefined })
  }
  await database.knex('connections').update({ version: 1 })
}

for (const kind of availableDatabases()) {
  tokenStoreContract(kind.name, async () => {
    const database = await kind.open()
    await fill(database)
    const store = createPostgresTokenStore({ database })
    return {
      store,
      keys,
      accountId,
      connection: async (change) => void (await database.knex('connections').update(change)),
      async empty() {
        await database.knex('connections').update({ version: 1, status: 'active' })
        for (const key of keys) await store.dropAll(key.tenantId, key.connectionId)
      },
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`kept tokens on ${kind.name}`, () => {
    test('go with their identity, and so with account and connection (GDPR Art. 17)', async () => {
      await using database = await kind.open()
      await fill(database)
      const store = createPostgresTokenStore({ database })
      const identities = createPostgresIdentityStore({ database })
      const ends = [
        () => identities.remove({ ...keys[0], accountId }),
        () => createPostgresAccountStore({ database }).remove(tenants[1], accountId),
      ]
      for (const [at, end] of ends.entries()) {
        const key = keys[at] ?? assert.fail()
        assert.ok(await store.keep(key, 'one', { version: 1 }))
        await end()
        assert.equal(await store.find({ ...key, accountId }), undefined)
        assert.equal(await store.keep(key, 'late', { version: 1 }), false)
      }
    })

    // the embedded one has one connection: nobody is beside anybody
    if (kind.name === 'postgres')
      test('wait for who switches the keeping off, and are not kept then (Q18)', async () => {
        await using database = await kind.open()
        await fill(database)
        const store = createPostgresTokenStore({ database })
        const [key] = keys
        let keeping: Promise<boolean> | undefined
        await database.knex.transaction(async (within) => {
          const connection = { tenant_id: key.tenantId, id: connectionId }
          await within('connections').where(connection).forNoKeyUpdate().first('id')
          await within('connections').where(connection).update({ version: 2 })
          keeping = store.keep(key, 'late', { version: 1 })
          await standsBeforeALock(database)
          await store.dropAll(key.tenantId, connectionId, within)
        })
        assert.equal(await keeping, false)
        assert.equal(await store.find({ ...key, accountId }), undefined)
      })
  })
}

async function standsBeforeALock({ knex }: Database): Promise<void> {
  for (;;) {
    const waiting = knex('pg_stat_activity').where({ wait_event_type: 'Lock' })
    if (await waiting.whereRaw('datname = current_database()').first('pid')) return
  }
}
