import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { ConnectionStore, StoredConnection } from './vocabulary.ts'

export function createMemoryConnectionStore(): ConnectionStore {
  const connections = new Map<string, StoredConnection>()
  const keyOf = (tenantId: TenantId, id: ConnectionId) => `${tenantId} ${id}`

  return {
    find: async (tenantId, id) => connections.get(keyOf(tenantId, id)),

    list: async (tenantId) =>
      [...connections.values()]
        .filter((connection) => connection.tenantId === tenantId)
        .sort((a, b) => (a.id < b.id ? -1 : 1)),

    listActive: async (type) =>
      [...connections.values()].filter((one) => one.type === type && one.status === 'active'),

    async insert(connection) {
      const key = keyOf(connection.tenantId, connection.id)
      if (connections.has(key)) return false
      connections.set(key, connection)
      return true
    },

    async update(connection) {
      const key = keyOf(connection.tenantId, connection.id)
      const before = connections.get(key)
      if (before?.version !== connection.version - 1) return false
      const { type, createdAt } = before
      connections.set(key, { ...connection, type, createdAt })
      return true
    },

    remove: async (tenantId, id) => connections.delete(keyOf(tenantId, id)),
  }
}
