import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { addTenant } from './databases.ts'

export const peopleTenants = [brandId<TenantId>('main'), brandId<TenantId>('other')] as const
export const adaId = brandId<AccountId>('id-of-ada')
export const bobId = brandId<AccountId>('id-of-bob')

/** Ada and Bob, in two tenants: for stores whose rows belong to somebody. */
export async function addPeople(database: Database): Promise<void> {
  const accounts = createPostgresAccountStore({ database })
  for (const tenantId of peopleTenants) {
    await addTenant(database, tenantId)
    for (const name of ['ada', 'bob']) await accounts.insert(exampleAccount(tenantId, name))
  }
}
