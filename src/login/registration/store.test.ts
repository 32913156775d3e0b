import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createMemoryAgreementStore, createMemoryInvitationStore } from './memory.ts'
import { createPostgresAgreementStore, createPostgresInvitationStore } from './postgres.ts'
import { registrationStoresContract } from './store.contract.ts'

const tenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
const ada = exampleAccount(tenants[0], 'ada')

registrationStoresContract('memory', async () => {
  const open = () => ({
    agreements: createMemoryAgreementStore(),
    invitations: createMemoryInvitationStore(),
  })
  let stores = open()
  return {
    agreements: () => stores.agreements,
    invitations: () => stores.invitations,
    tenants,
    accountId: ada.id,
    empty: async () => void (stores = open()),
    close: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  registrationStoresContract(kind.name, async () => {
    const database = await kind.open()
    const tenant = (id: string) => ({ id, slug: id, name: id, status: 'active', settings: '{}' })
    await database.knex('tenants').insert(tenants.map(tenant))
    await createPostgresAccountStore({ database }).insert(ada)
    const agreements = createPostgresAgreementStore({ database })
    const invitations = createPostgresInvitationStore({ database })
    return {
      agreements: () => agreements,
      invitations: () => invitations,
      tenants,
      accountId: ada.id,
      async empty() {
        await database.knex('agreements').delete()
        await database.knex('invitations').delete()
      },
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}
