import type { ConnectionId } from '#kit/ids.ts'
import type { Identity, IdentityKey, IdentityStore } from './identity.ts'

export function createMemoryIdentityStore(
  isActive: (id: ConnectionId) => boolean = () => true,
): IdentityStore {
  const identities = new Map<string, Identity>()
  const keyOf = ({ tenantId, connectionId, issuer, subject }: IdentityKey) =>
    JSON.stringify([tenantId, connectionId, issuer, subject])

  const listed = (tenantId: string, accountId: string) =>
    [...identities.values()].filter(
      (one) => one.tenantId === tenantId && one.accountId === accountId,
    )

  return {
    async find(key) {
      return identities.get(keyOf(key))
    },

    async list(tenantId, accountId) {
      return listed(tenantId, accountId).sort(
        (one, other) => one.createdAt.getTime() - other.createdAt.getTime(),
      )
    },

    async hasWayIn({ tenantId, accountId }, except) {
      return listed(tenantId, accountId).some(
        ({ connectionId, lastUsedAt }) =>
          connectionId !== except && lastUsedAt !== undefined && isActive(connectionId),
      )
    },

    async insert(identity) {
      const { tenantId, accountId, connectionId } = identity
      const others = listed(tenantId, accountId)
      if (identities.has(keyOf(identity))) return false
      if (others.some((other) => other.connectionId === connectionId)) return false
      identities.set(keyOf(identity), identity)
      return true
    },

    async use({ accountId, ...key }, at) {
      const kept = identities.get(keyOf(key))
      if (kept?.accountId !== accountId) return false
      identities.set(keyOf(key), { ...kept, lastUsedAt: at })
      return true
    },

    async remove({ tenantId, accountId, connectionId }) {
      const own = listed(tenantId, accountId).find((one) => one.connectionId === connectionId)
      if (own) identities.delete(keyOf(own))
      return own
    },

    async removeAll(tenantId, accountId) {
      const all = listed(tenantId, accountId)
      for (const one of all) identities.delete(keyOf(one))
      return all
    },
  }
}
