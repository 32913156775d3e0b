import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createMemoryPasskeyStore } from './memory.ts'
import { createPostgresPasskeyStore } from './postgres.ts'
import { examplePasskey, passkeyStoreContract } from './store.contract.ts'
import type { PasskeyStore } from './passkey.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accounts = [
  exampleAccount(tenants[0], 'ada').id,
  exampleAccount(tenants[0], 'eve').id,
] as const

passkeyStoreContract('memory', async () => {
  let inner = createMemoryPasskeyStore()
  const store: PasskeyStore = {
    handleOf: (...input) => inner.handleOf(...input),
    find: (...input) => inner.find(...input),
    list: (...input) => inner.list(...input),
    insert: (...input) => inner.insert(...input),
    use: (...input) => inner.use(...input),
    rename: (...input) => inner.rename(...input),
    remove: (...input) => inner.remove(...input),
    removeAll: (...input) => inner.removeAll(...input),
    isKnown: (...input) => inner.isKnown(...input),
  }
  const empty = async () => void (inner = createMemoryPasskeyStore())
  return { store, tenants, accounts, empty, close: async () => undefined }
})

async function addAccounts(database: Database): Promise<void> {
  const tenant = (id: string) => ({ id, slug: id, name: id, status: 'active', settings: '{}' })
  await database.knex('tenants').insert(tenants.map(tenant))
  const store = createPostgresAccountStore({ database })
  for (const tenantId of tenants) {
    for (const who of ['ada', 'eve']) await store.insert(exampleAccount(tenantId, who))
  }
}

for (const kind of availableDatabases()) {
  passkeyStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addAccounts(database)
    return {
      tenants,
      accounts,
      store: createPostgresPasskeyStore({ database }),
      async empty() {
        await database.knex('passkeys').delete()
        await database.knex('passkey_users').delete()
      },
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`passkey rows on ${kind.name}`, () => {
    test('go with their account (GDPR Art. 17)', async () => {
      await using database = await kind.open()
      await addAccounts(database)
      const store = createPostgresPasskeyStore({ database })
      const passkey = examplePasskey(tenants[0], accounts[0])
      await store.handleOf(passkey, 'handle')
      await store.insert(passkey)
      await createPostgresAccountStore({ database }).remove(tenants[0], accounts[0])
      assert.equal(await store.isKnown(passkey.credentialId), false)
      assert.deepEqual(await database.knex('passkey_users'), [])
    })
  })
}
