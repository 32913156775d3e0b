import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { RecoveryCodeStore, StoredRecoveryCode } from './recovery-code.ts'

export function createPostgresRecoveryCodeStore(deps: {
  readonly database: Database
}): RecoveryCodeStore {
  const { database } = deps
  const { knex } = database
  const codes = (within: Knex | undefined) => (within ?? knex)<RecoveryCodeRow>('recovery_codes')
  const unused = (tenantId: TenantId, accountId: AccountId, within?: Knex) =>
    codes(within).where({ ...ownerOf(tenantId, accountId), used_at: null })

  return {
    async replace(rows, within) {
      const [first] = rows
      if (!first) return
      const write = async (inner: Knex | undefined) => {
        await codes(inner).where(ownerOf(first.tenantId, first.accountId)).delete()
        await codes(inner).insert(rows.map(toRow))
      }
      await (within ? write(within) : database.transaction(write))
    },

    async findUnused(tenantId, accountId, selector) {
      const row = await unused(tenantId, accountId).andWhere({ selector }).first()
      return row && toCode(row)
    },

    async use({ tenantId, accountId, selector, phc }, at, within) {
      const used = await unused(tenantId, accountId, within)
        .andWhere({ selector, phc })
        .update({ used_at: at })
      return used === 1
    },

    async count(tenantId, accountId, within) {
      const [row] = await unused(tenantId, accountId, within).count({ count: '*' })
      return Number(row?.['count'] ?? 0)
    },

    async find(tenantId, accountId) {
      const rows = await codes(undefined).where(ownerOf(tenantId, accountId))
      const [row] = rows
      const left = rows.filter(({ used_at }) => used_at === null).length
      return row && { madeAt: row.made_at, savedAt: row.saved_at ?? undefined, left }
    },

    async markSaved(tenantId, accountId, at) {
      const owned = codes(undefined).where(ownerOf(tenantId, accountId))
      return (await owned.update({ saved_at: at })) > 0
    },

    async removeAll(tenantId, accountId, within) {
      return (await codes(within).where(ownerOf(tenantId, accountId)).delete()) > 0
    },
  }
}

type RecoveryCodeRow = {
  tenant_id: string
  account_id: string
  selector: string
  phc: string
  made_at: Date
  saved_at: Date | null
  used_at: Date | null
}

function ownerOf(tenantId: TenantId, accountId: AccountId) {
  return { tenant_id: tenantId, account_id: accountId }
}

function toRow({
  tenantId,
  accountId,
  selector,
  phc,
  madeAt,
}: StoredRecoveryCode): RecoveryCodeRow {
  const fresh = { saved_at: null, used_at: null }
  return { ...ownerOf(tenantId, accountId), selector, phc, made_at: madeAt, ...fresh }
}

function toCode(row: RecoveryCodeRow): StoredRecoveryCode {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    accountId: brandId<AccountId>(row.account_id),
    selector: row.selector,
    phc: row.phc,
    madeAt: row.made_at,
  }
}
