import type { AccountId, TenantId } from '#kit/ids.ts'
import type { PasswordStore, StoredPassword } from './password.ts'

export function createMemoryPasswordStore(): PasswordStore {
  const passwords = new Map<string, StoredPassword>()
  const keyOf = (tenantId: TenantId, accountId: AccountId) => JSON.stringify([tenantId, accountId])

  return {
    async find(tenantId, accountId) {
      return passwords.get(keyOf(tenantId, accountId))
    },

    async put(password) {
      passwords.set(keyOf(password.tenantId, password.accountId), password)
    },

    async replace(password, expected) {
      const key = keyOf(password.tenantId, password.accountId)
      if (passwords.get(key)?.sealedPhc !== expected) return false
      passwords.set(key, password)
      return true
    },

    async remove(tenantId, accountId) {
      return passwords.delete(keyOf(tenantId, accountId))
    },
  }
}
