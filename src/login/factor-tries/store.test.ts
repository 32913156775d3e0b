import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { adaId, addPeople, bobId, peopleTenants } from '#test/support/people.ts'
import { createMemoryFactorTries } from './memory.ts'
import { createPostgresFactorTries } from './postgres.ts'
import { factorTriesContract } from './store.contract.ts'

factorTriesContract('memory', async () => {
  const clock = createFakeClock()
  const tries = createMemoryFactorTries({ clock })
  return {
    tries,
    clock,
    async empty() {
      for (const tenantId of peopleTenants)
        for (const accountId of [adaId, bobId])
          for (const method of ['totp', 'recovery_code'] as const)
            await tries.reset({ tenantId, accountId, method })
    },
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  factorTriesContract(kind.name, async () => {
    const database = await kind.open()
    await addPeople(database)
    const clock = createFakeClock()
    return {
      tries: createPostgresFactorTries({ database, clock }),
      clock,
      empty: async () => void (await database.knex('factor_tries').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
