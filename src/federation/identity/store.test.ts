import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { addConnection, addTenant, availableDatabases } from '#test/support/databases.ts'
import { createMemoryIdentityStore } from './memory.ts'
import { createPostgresIdentityStore } from './postgres.ts'
import { exampleConnections, exampleIdentity, identityStoreContract } from './store.contract.ts'
import type { IdentityStore } from './identity.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accounts = [
  exampleAccount(tenants[0], 'ada').id,
  exampleAccount(tenants[0], 'eve').id,
] as const

identityStoreContract('memory', async () => {
  const off = new Set<string>()
  const create = () => createMemoryIdentityStore((id) => !off.has(id))
  let inner = create()
  const store: IdentityStore = {
    find: (...input) => inner.find(...input),
    list: (...input) => inner.list(...input),
    hasWayIn: (...input) => inner.hasWayIn(...input),
    insert: (...input) => inner.insert(...input),
    use: (...input) => inner.use(...input),
    remove: (...input) => inner.remove(...input),
    removeAll: (...input) => inner.removeAll(...input),
  }
  const empty = async () => void (inner = create())
  const turn = async (id: string, status: string) =>
    void (status === 'active' ? off.delete(id) : off.add(id))
  return { store, tenants, accounts, turn, empty, close: async () => undefined }
})

async function addAccounts(database: Database): Promise<void> {
  const store = createPostgresAccountStore({ database })
  for (const tenantId of tenants) {
    await addTenant(database, tenantId)
    for (const id of exampleConnections) await addConnection(database, tenantId, id)
    for (const who of ['ada', 'eve']) await store.insert(exampleAccount(tenantId, who))
  }
}

for (const kind of availableDatabases()) {
  identityStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addAccounts(database)
    return {
      tenants,
      accounts,
      store: createPostgresIdentityStore({ database }),
      turn: async (id, status) =>
        void (await database.knex('connections').where({ id }).update({ status })),
      empty: async () => void (await database.knex('identities').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`identity rows on ${kind.name}`, () => {
    test('go with their connection', async () => {
      await using database = await kind.open()
      await addAccounts(database)
      const store = createPostgresIdentityStore({ database })
      const identity = exampleIdentity(tenants[0], accounts[0])
      await store.insert(identity)
      const { tenantId: tenant_id, connectionId: id } = identity
      await database.knex('connections').where({ tenant_id, id }).delete()
      assert.equal(await store.find(identity), undefined)
    })

    test('go with their account (GDPR Art. 17)', async () => {
      await using database = await kind.open()
      await addAccounts(database)
      const store = createPostgresIdentityStore({ database })
      const identity = exampleIdentity(tenants[0], accounts[0])
      await store.insert(identity)
      await createPostgresAccountStore({ database }).remove(tenants[0], accounts[0])
      assert.equal(await store.find(identity), undefined)
    })
  })
}
