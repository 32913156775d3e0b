import { availableDatabases } from '#test/support/databases.ts'
import { adaId, addPeople, peopleTenants } from '#test/support/people.ts'
import { createMemoryTotpStore } from './memory.ts'
import { createPostgresTotpStore } from './postgres.ts'
import { totpStoreContract } from './store.contract.ts'

totpStoreContract('memory', async () => {
  const store = createMemoryTotpStore()
  return {
    store,
    async empty() {
      for (const tenantId of peopleTenants) await store.remove(tenantId, adaId)
    },
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  totpStoreContract(kind.name, async () => {
    const database = await kind.open()
    await addPeople(database)
    return {
      store: createPostgresTotpStore({ database }),
      empty: async () => void (await database.knex('totp_factors').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
