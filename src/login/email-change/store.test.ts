import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createMemoryEmailChangeStore } from './memory.ts'
import { createPostgresEmailChangeStore } from './postgres.ts'
import { emailChangeStoreContract } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accounts = [
  exampleAccount(tenants[0], 'ada').id,
  exampleAccount(tenants[0], 'eve').id,
] as const

emailChangeStoreContract('memory', async () => {
  const clock = createFakeClock()
  let store = createMemoryEmailChangeStore({ clock })
  return {
    clock,
    tenants,
    accounts,
    store: {
      insert: (...input) => store.insert(...input),
      find: (...input) => store.find(...input),
      list: (...input) => store.list(...input),
      use: (...input) => store.use(...input),
      isKept: (...input) => store.isKept(...input),
      removeExpired: (...input) => store.removeExpired(...input),
    },
    empty: async () => void (store = createMemoryEmailChangeStore({ clock })),
    close: async () => undefined,
  }
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
  emailChangeStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addAccounts(database)
    const clock = createFakeClock()
    return {
      clock,
      tenants,
      accounts,
      store: createPostgresEmailChangeStore({ database, clock }),
      empty: async () => void (await database.knex('email_changes').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}

for (const kind of availableDatabases().filter(({ name }) => name === 'postgres')) {
  describe(`kept addresses on ${kind.name}`, () => {
    test('two that ask for each other’s address do not wait for ever', async () => {
      await using database = await kind.open()
      await addAccounts(database)
      const store = createPostgresEmailChangeStore({ database, clock: createFakeClock() })
      const ask = (emails: readonly string[]) =>
        database.transaction((within) => store.isKept(tenants[0], emails, {}, within))
      const pairs = Array.from({ length: 20 }, (_, index) =>
        ask(index % 2 === 0 ? ['a', 'b'] : ['b', 'a']),
      )
      assert.deepEqual(new Set(await Promise.all(pairs)), new Set([false]))
    })
  })
}
