import type { Client, ClientStore, Resource, ResourceStore } from './client.ts'

export function createMemoryClientStore(): ClientStore {
  const clients = new Map<string, Client>()
  const key = (tenantId: string, clientId: string) => `${tenantId} ${clientId}`

  return {
    find: async (tenantId, clientId) => clients.get(key(tenantId, clientId)),

    list: async (tenantId) =>
      [...clients.values()]
        .filter((client) => client.tenantId === tenantId)
        .sort((a, b) => (a.clientId < b.clientId ? -1 : 1)),

    async insert(client) {
      const place = key(client.tenantId, client.clientId)
      if (clients.has(place)) return false
      clients.set(place, client)
      return true
    },

    async update(client) {
      const place = key(client.tenantId, client.clientId)
      const before = clients.get(place)
      if (!before) return false
      clients.set(place, { ...client, origin: before.origin, createdAt: before.createdAt })
      return true
    },

    remove: async (tenantId, clientId) => clients.delete(key(tenantId, clientId)),
  }
}

export function createMemoryResourceStore(): ResourceStore {
  const resources = new Map<string, Resource>()
  const key = (tenantId: string, identifier: string) => `${tenantId} ${identifier}`

  return {
    find: async (tenantId, identifier) => resources.get(key(tenantId, identifier)),
    list: async (tenantId) =>
      [...resources.values()]
        .filter((resource) => resource.tenantId === tenantId)
        .sort((a, b) => (a.identifier < b.identifier ? -1 : 1)),
    put: async (resource) =>
      void resources.set(key(resource.tenantId, resource.identifier), resource),
  }
}
