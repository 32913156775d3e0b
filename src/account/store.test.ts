import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createMemoryAccountStore } from './memory.ts'
import { createPostgresAccountStore } from './postgres.ts'
import { accountStoreContract, exampleAccount, type AccountStoreHome } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const

accountStoreContract('memory', async (): Promise<AccountStoreHome> => {
  let store = createMemoryAccountStore()
  return {
    tenants,
    store: {
      find: (...place) => store.find(...place),
      findByEmail: (...place) => store.findByEmail(...place),
      list: (...place) => store.list(...place),
      listWithRole: (...asked) => store.listWithRole(...asked),
      insert: (account) => store.insert(account),
      update: (account) => store.update(account),
      listLeft: (...asked) => store.listLeft(...asked),
      remove: (...place) => store.remove(...place),
    },
    empty: async () => void (store = createMemoryAccountStore()),
    close: async () => undefined,
  }
})

async function addTenants({ knex }: Database): Promise<void> {
  const tenant = (id: string) => ({ id, slug: id, name: id, status: 'active', settings: '{}' })
  await knex('tenants').insert(tenants.map(tenant))
}

for (const kind of availableDatabases()) {
  accountStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addTenants(database)
    return {
      tenants,
      store: createPostgresAccountStore({ database }),
      empty: async () => void (await database.knex('accounts').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`account rows on ${kind.name}`, () => {
    test('a taken address does not spoil the transaction that met it', async () => {
      await using database = await kind.open()
      await addTenants(database)
      const store = createPostgresAccountStore({ database })
      const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((who) => exampleAccount(tenants[0], who))
      assert.ok(ada && bob && eve)
      await store.insert(ada)
      await store.insert(bob)
      await database.transaction(async (within) => {
        const { emailCanonical } = ada
        assert.equal(await store.update({ ...bob, emailCanonical }, within), false)
        assert.equal(await store.insert({ ...eve, emailCanonical }, within), false)
        assert.equal(await store.insert(eve, within), true)
      })
      assert.deepEqual(await store.find(tenants[0], eve.id), eve)
    })

    test('what is decided on an account in a transaction is not overtaken', async () => {
      await using database = await kind.open()
      await addTenants(database)
      const store = createPostgresAccountStore({ database })
      const ada = exampleAccount(tenants[0])
      await store.insert({ ...ada, roles: [] })
      const addRole = (role: string) =>
        database.transaction(async (within) => {
          const account = await store.find(tenants[0], ada.id, within)
          assert.ok(account)
          await store.update({ ...account, roles: [...account.roles, role] }, within)
        })
      await Promise.all(['a', 'b', 'c', 'd'].map(addRole))
      const after = await store.find(tenants[0], ada.id)
      assert.deepEqual(after?.roles.toSorted(), ['a', 'b', 'c', 'd'])
    })
  })
}
