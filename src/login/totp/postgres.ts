import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { StoredTotp, TotpStore } from './totp.ts'

export function createPostgresTotpStore(deps: { readonly database: Database }): TotpStore {
  const { knex } = deps.database
  const factors = (within: Knex | undefined) => (within ?? knex)<TotpRow>('totp_factors')

  return {
    async find(tenantId, accountId, within) {
      const row = await factors(within).where(keyOf(tenantId, accountId)).first()
      return row && toTotp(row)
    },

    async put(factor, within) {
      await factors(within).insert(toRow(factor)).onConflict(['tenant_id', 'account_id']).merge()
    },

    async use({ tenantId, accountId, sealedSecret }, step, usedAt) {
      const used = await factors(undefined)
        .where({ ...keyOf(tenantId, accountId), sealed_secret: sealedSecret })
        .andWhere('last_step', '<', step)
        .update({ last_step: step, ...(usedAt && { last_used_at: usedAt }) })
      return used === 1
    },

    async remove(tenantId, accountId, within) {
      return (await factors(within).where(keyOf(tenantId, accountId)).delete()) === 1
    },
  }
}

type TotpRow = {
  tenant_id: string
  account_id: string
  sealed_secret: string
  /** A bigint comes as text. */
  last_step: string | number
  enrolled_at: Date
  last_used_at: Date | null
}

function keyOf(tenantId: TenantId, accountId: AccountId) {
  return { tenant_id: tenantId, account_id: accountId }
}

function toRow(factor: StoredTotp): TotpRow {
  return {
    ...keyOf(factor.tenantId, factor.accountId),
    sealed_secret: factor.sealedSecret,
    last_step: factor.lastStep,
    enrolled_at: factor.enrolledAt,
    last_used_at: factor.lastUsedAt ?? null,
  }
}

function toTotp(row: TotpRow): StoredTotp {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    accountId: brandId<AccountId>(row.account_id),
    sealedSecret: row.sealed_secret,
    lastStep: Number(row.last_step),
    enrolledAt: row.enrolled_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
