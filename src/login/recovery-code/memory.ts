import type { AccountId, TenantId } from '#kit/ids.ts'
import type { RecoveryCodeStore, StoredRecoveryCode } from './recovery-code.ts'

type Row = StoredRecoveryCode & {
  readonly savedAt: Date | undefined
  readonly usedAt: Date | undefined
}

export function createMemoryRecoveryCodeStore(): RecoveryCodeStore {
  let rows: readonly Row[] = []
  const isOf = (tenantId: TenantId, accountId: AccountId) => (row: Row) =>
    row.tenantId === tenantId && row.accountId === accountId
  const unused = (tenantId: TenantId, accountId: AccountId) =>
    rows.filter(isOf(tenantId, accountId)).filter(({ usedAt }) => usedAt === undefined)

  function change(which: (row: Row) => boolean, to: Partial<Row>): boolean {
    const isAny = rows.some(which)
    rows = rows.map((row) => (which(row) ? { ...row, ...to } : row))
    return isAny
  }

  return {
    async replace(codes) {
      const isReplaced = (row: Row) =>
        codes.some(({ tenantId, accountId }) => isOf(tenantId, accountId)(row))
      const made = codes.map((code) => ({ ...code, savedAt: undefined, usedAt: undefined }))
      rows = [...rows.filter((row) => !isReplaced(row)), ...made]
    },

    async findUnused(tenantId, accountId, selector) {
      const row = unused(tenantId, accountId).find((row) => row.selector === selector)
      if (!row) return undefined
      const { savedAt: _, usedAt: __, ...code } = row
      return code
    },

    async use({ tenantId, accountId, selector, phc }, at) {
      const which = (row: Row) =>
        isOf(tenantId, accountId)(row) &&
        row.selector === selector &&
        row.phc === phc &&
        row.usedAt === undefined
      return change(which, { usedAt: at })
    },

    count: async (tenantId, accountId) => unused(tenantId, accountId).length,

    async find(tenantId, accountId) {
      const row = rows.find(isOf(tenantId, accountId))
      const left = unused(tenantId, accountId).length
      return row && { madeAt: row.madeAt, savedAt: row.savedAt, left }
    },

    markSaved: async (tenantId, accountId, at) =>
      change(isOf(tenantId, accountId), { savedAt: at }),

    async removeAll(tenantId, accountId) {
      const before = rows.length
      rows = rows.filter((row) => !isOf(tenantId, accountId)(row))
      return rows.length < before
    },
  }
}
