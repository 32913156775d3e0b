import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createMemoryHabitStore } from './memory.ts'
import { createPostgresHabitStore } from './postgres.ts'
import { habitStoreContract } from './store.contract.ts'

const [main, other] = [brandId<TenantId>('main'), brandId<TenantId>('other')]
const owners = [
  exampleAccount(main, 'ada'),
  exampleAccount(main, 'eve'),
  exampleAccount(other, 'ada'),
] as const

habitStoreContract('memory', async () => {
  const clock = createFakeClock()
  let store = createMemoryHabitStore({ clock })
  return {
    clock,
    owners,
    store: {
      find: (...input) => store.find(...input),
      change: (...input) => store.change(...input),
      remove: (...input) => store.remove(...input),
      removeExpired: (...input) => store.removeExpired(...input),
    },
    empty: async () => void (store = createMemoryHabitStore({ clock })),
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  habitStoreContract(kind.name, async () => {
    const database = await kind.open()
    for (const tenantId of [main, other]) await addTenant(database, tenantId)
    const people = createPostgresAccountStore({ database })
    for (const owner of owners) await people.insert(owner)
    const clock = createFakeClock()
    return {
      clock,
      owners,
      store: createPostgresHabitStore({ database, clock }),
      empty: async () => void (await database.knex('sign_in_habits').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
