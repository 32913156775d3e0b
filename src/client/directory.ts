import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import { accountClientId } from './my-account.ts'
import { clientIdPattern } from './check.ts'
import type {
  BuiltInClients,
  Client,
  Clients,
  ClientStore,
  Resource,
  ResourceStore,
} from './client.ts'

export type ClientDirectory = Pick<Clients, 'find' | 'list' | 'findResource' | 'listResources'> & {
  readonly forgetClient: (tenantId: TenantId, clientId: ClientId) => void
  readonly forgetResources: (tenantId: TenantId) => void
}

/** The cached reads. A name that nothing can have is never asked of the store. */
export function createClientDirectory(deps: {
  readonly store: ClientStore
  readonly resources: ResourceStore
  readonly builtIn?: BuiltInClients | undefined
  readonly clock: Clock
}): ClientDirectory {
  const { store, resources, builtIn, clock } = deps
  const ttl = 1000

  const clients = createCache<string, Client | undefined>({
    load: (key) => store.find(...split<ClientId>(key)),
    clock,
    ttl,
    max: 5000,
  })
  const resourceLists = createCache<TenantId, readonly Resource[]>({
    load: (tenantId) => resources.list(tenantId),
    clock,
    ttl,
    max: 2000,
  })

  return {
    async find(tenantId, clientId) {
      if (clientId === accountClientId) return builtIn?.(tenantId)
      return clientIdPattern.test(clientId) ? clients.get(join(tenantId, clientId)) : undefined
    },
    list: (tenantId) => store.list(tenantId),
    async findResource(tenantId, identifier) {
      if (!isCleanText(identifier)) return undefined
      const known = await resourceLists.get(tenantId)
      return known.find((resource) => resource.identifier === identifier)
    },
    listResources: (tenantId) => resourceLists.get(tenantId),
    forgetClient: (tenantId, clientId) => clients.forget(join(tenantId, clientId)),
    forgetResources: (tenantId) => resourceLists.forget(tenantId),
  }
}

// Neither a tenant's nor a client's id holds a space.
function join(tenantId: TenantId, id: ClientId): string {
  return `${tenantId} ${id}`
}

function split<Id extends string>(key: string): [TenantId, Id] {
  const [tenantId = '', id = ''] = key.split(' ')
  return [brandId<TenantId>(tenantId), brandId<Id>(id)]
}
