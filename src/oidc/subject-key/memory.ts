import type { TenantId } from '#kit/ids.ts'
import type { SubjectKeyStore } from '../oidc.ts'

export function createMemorySubjectKeyStore(): SubjectKeyStore {
  const keys = new Map<TenantId, string>()
  return {
    async getOrInsert(tenantId, sealed) {
      const kept = keys.get(tenantId) ?? sealed
      keys.set(tenantId, kept)
      return kept
    },
  }
}
