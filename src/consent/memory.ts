import type { Consent, ConsentStore } from './consent.ts'

export function createMemoryConsentStore(): ConsentStore {
  const consents = new Map<string, Consent>()
  const key = (...place: readonly string[]) => JSON.stringify(place)

  return {
    find: async (tenantId, accountId, clientId) => consents.get(key(tenantId, accountId, clientId)),
    listOf: async (tenantId, accountId) =>
      [...consents.values()]
        .filter((consent) => consent.tenantId === tenantId && consent.accountId === accountId)
        .sort((a, b) => b.grantedAt.getTime() - a.grantedAt.getTime()),
    async put(consent) {
      const { tenantId, accountId, clientId } = consent
      consents.set(key(tenantId, accountId, clientId), consent)
    },
    remove: async (tenantId, accountId, clientId) =>
      consents.delete(key(tenantId, accountId, clientId)),
  }
}
