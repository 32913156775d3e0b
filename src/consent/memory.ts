import type { Consent, ConsentStore } from './consent.ts'

export function createMemoryConsentStore(): ConsentStore {
  const consents = new Map<string, Consent>()
  const key = (...place: readonly string[]) => JSON.stringify(place)

  return {
    find: async (tenantId, accountId, clientId) => consents.get(key(tenantId, accountId, clientId)),
    async put(consent) {
      const { tenantId, accountId, clientId } = consent
      consents.set(key(tenantId, accountId, clientId), consent)
    },
    remove: async (tenantId, accountId, clientId) =>
      consents.delete(key(tenantId, accountId, clientId)),
  }
}
