import { availableDatabases } from '#test/support/databases.ts'
import { adaId, addPeople, bobId, peopleTenants } from '#test/support/people.ts'
import { createMemoryRecoveryCodeStore } from './memory.ts'
import { createPostgresRecoveryCodeStore } from './postgres.ts'
import { recoveryCodeStoreContract } from './store.contract.ts'

recoveryCodeStoreContract('memory', async () => {
  const store = createMemoryRecoveryCodeStore()
  return {
    store,
    async empty() {
      for (const tenantId of peopleTenants)
        for (const accountId of [adaId, bobId])
          await store.removeAll(tenantId, accountId, undefined)
    },
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  recoveryCodeStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addPeople(database)
    return {
      store: createPostgresRecoveryCodeStore({ database }),
      empty: async () => void (await database.knex('recovery_codes').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
