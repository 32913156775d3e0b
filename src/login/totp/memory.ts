import type { AccountId, TenantId } from '#kit/ids.ts'
import type { StoredTotp, TotpStore } from './totp.ts'

export function createMemoryTotpStore(): TotpStore {
  const factors = new Map<string, StoredTotp>()
  const keyOf = (tenantId: TenantId, accountId: AccountId) => JSON.stringify([tenantId, accountId])

  return {
    find: async (tenantId, accountId) => factors.get(keyOf(tenantId, accountId)),

    async put(factor) {
      factors.set(keyOf(factor.tenantId, factor.accountId), factor)
    },

    async use({ tenantId, accountId, sealedSecret }, step, usedAt) {
      const key = keyOf(tenantId, accountId)
      const factor = factors.get(key)
      if (factor?.sealedSecret !== sealedSecret || factor.lastStep >= step) return false
      factors.set(key, { ...factor, lastStep: step, lastUsedAt: usedAt ?? factor.lastUsedAt })
      return true
    },

    remove: async (tenantId, accountId) => factors.delete(keyOf(tenantId, accountId)),
  }
}
