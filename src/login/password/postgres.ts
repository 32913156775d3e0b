import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { PasswordStore, StoredPassword } from './password.ts'

const find: Statement = {
  name: 'passwords.find',
  text: `SELECT tenant_id, account_id, sealed_phc, updated_at FROM passwords
    WHERE tenant_id = $1 AND account_id = $2`,
}

export function createPostgresPasswordStore(deps: { readonly database: Database }): PasswordStore {
  const { knex, statements } = deps.database
  const passwords = (within: Knex | undefined) => (within ?? knex)<PasswordRow>('passwords')

  return {
    async find(tenantId, accountId, within) {
      if (!within) {
        const { rows } = await statements.run<PasswordRow>(find, [tenantId, accountId], 'relaxed')
        return rows[0] && toPassword(rows[0])
      }
      const row = await passwords(within).where(keyOf(tenantId, accountId)).first()
      return row && toPassword(row)
    },

    async put(password, within) {
      await passwords(within)
        .insert({ ...keyOf(password.tenantId, password.accountId), ...valueOf(password) })
        .onConflict(['tenant_id', 'account_id'])
        .merge()
    },

    async replace(password, expected) {
      const replaced = await passwords(undefined)
        .where({ ...keyOf(password.tenantId, password.accountId), sealed_phc: expected })
        .update(valueOf(password))
      return replaced === 1
    },

    async remove(tenantId, accountId, within) {
      return (await passwords(within).where(keyOf(tenantId, accountId)).delete()) === 1
    },
  }
}

type PasswordRow = {
  tenant_id: string
  account_id: string
  sealed_phc: string
  updated_at: Date
}

function keyOf(tenantId: TenantId, accountId: AccountId) {
  return { tenant_id: tenantId, account_id: accountId }
}

function valueOf({ sealedPhc, updatedAt }: StoredPassword) {
  return { sealed_phc: sealedPhc, updated_at: updatedAt }
}

function toPassword(row: PasswordRow): StoredPassword {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    accountId: brandId<AccountId>(row.account_id),
    sealedPhc: row.sealed_phc,
    updatedAt: row.updated_at,
  }
}
