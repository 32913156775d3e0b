import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createMemoryTrustedDeviceStore } from './memory.ts'
import { createPostgresTrustedDeviceStore } from './postgres.ts'
import { trustedDeviceStoreContract } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const accounts = [
  exampleAccount(tenants[0], 'ada').id,
  exampleAccount(tenants[0], 'eve').id,
] as const

trustedDeviceStoreContract('memory', async () => {
  const clock = createFakeClock()
  let store = createMemoryTrustedDeviceStore({ clock })
  return {
    clock,
    tenants,
    accounts,
    store: {
      insert: (...input) => store.insert(...input),
      find: (...input) => store.find(...input),
      touch: (...input) => store.touch(...input),
      list: (...input) => store.list(...input),
      remove: (...input) => store.remove(...input),
      removeAll: (...input) => store.removeAll(...input),
      removeExpired: (...input) => store.removeExpired(...input),
    },
    empty: async () => void (store = createMemoryTrustedDeviceStore({ clock })),
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  trustedDeviceStoreContract(kind.name, async () => {
    const database = await kind.open()
    const people = createPostgresAccountStore({ database })
    for (const tenantId of tenants) {
      await addTenant(database, tenantId)
      for (const who of ['ada', 'eve']) await people.insert(exampleAccount(tenantId, who))
    }
    const clock = createFakeClock()
    return {
      clock,
      tenants,
      accounts,
      store: createPostgresTrustedDeviceStore({ database, clock }),
      empty: async () => void (await database.knex('trusted_devices').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
