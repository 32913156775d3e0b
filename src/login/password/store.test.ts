import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createMemoryPasswordStore } from './memory.ts'
import { createPostgresPasswordStore } from './postgres.ts'
import { passwordStoreContract } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accountId = brandId<AccountId>('id-of-ada')

passwordStoreContract('memory', async () => {
  const store = createMemoryPasswordStore()
  return {
    store,
    tenants,
    accountId,
    empty: async () => {
      for (const tenantId of tenants) await store.remove(tenantId, accountId)
    },
    close: async () => undefined,
  }
})

async function addAccounts(database: Database): Promise<void> {
  const tenant = (id: string) => ({ id, slug: id, name: id, status: 'active', settings: '{}' })
  await database.knex('tenants').insert(tenants.map(tenant))
  const accounts = createPostgresAccountStore({ database })
  for (const tenantId of tenants) await accounts.insert(exampleAccount(tenantId))
}

for (const kind of availableDatabases()) {
  passwordStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addAccounts(database)
    return {
      store: createPostgresPasswordStore({ database }),
      tenants,
      accountId,
      empty: async () => void (await database.knex('passwords').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`password rows on ${kind.name}`, () => {
    test('a password is put with the account it belongs to, or not at all', async () => {
      await using database = await kind.open()
      await addAccounts(database)
      const store = createPostgresPasswordStore({ database })
      const password = {
        tenantId: tenants[0],
        accountId,
        sealedPhc: 'v1.x',
        updatedAt: new Date(0),
      }
      const failing = database.transaction(async (within) => {
        await store.put(password, within)
        assert.deepEqual(await store.find(tenants[0], accountId, within), password)
        throw new Error('the rest failed')
      })
      await assert.rejects(failing, /the rest failed/)
      assert.equal(await store.find(tenants[0], accountId), undefined)
    })
  })
}
