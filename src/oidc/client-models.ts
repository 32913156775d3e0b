import type { AllClientMetadata, Client as ClientModel, Provider } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import { randomToken } from '#kit/random.ts'
import type { Client, Clients } from '#client/client.ts'
import { hasSecret } from '#client/client.ts'
import type { Throttle } from '#login/login.ts'
import { directGrant } from './direct/tickets.ts'
import { createSecretCheck } from './client-secret.ts'
import { buildClientModel } from './internals.ts'

/** The engine keeps 100 clients and rebuilds the rest on every request (F12); a model costs about 20 KB. */
const mostModels = 2000

type Known = { readonly updatedAt: number; readonly model: ClientModel }

const recordOf = new WeakMap<ClientModel, Client>()

/** The stored client behind an engine's model. */
export function clientRecord(model: ClientModel): Client {
  const record = recordOf.get(model)
  if (!record) throw new Error('a client model that was not built here')
  return record
}

/** The same where a request may still be without a client, or about one that is just being registered. */
export function findClientRecord(model: ClientModel | undefined): Client | undefined {
  return model && recordOf.get(model)
}

export type ClientModelDeps = {
  readonly tenantId: TenantId
  readonly clients: Clients
  readonly throttle: Throttle
  readonly clock: Clock
}

/**
 * Replaces how a provider finds clients: from our own cache, models kept until the client changes, disabled clients
 * unknown on every path (Q18), secrets compared as hashes in constant time (Q22).
 */
export function installClientModels(provider: Provider, deps: ClientModelDeps): void {
  const { tenantId, clients } = deps
  const isSecretOf = createSecretCheck(deps)
  const known = new Map<ClientId, Known>()

  async function find(id: unknown): Promise<ClientModel | undefined> {
    if (typeof id !== 'string' || id.length === 0 || id.length > 256 || !isCleanText(id))
      return undefined
    const clientId = brandId<ClientId>(id)
    const client = await clients.find(tenantId, clientId)
    if (!client || client.status !== 'active') return undefined
    const before = known.get(clientId)
    const updatedAt = client.updatedAt.getTime()
    if (before?.updatedAt === updatedAt) return before.model
    const model = await buildClientModel(provider, engineMetadata(client))
    recordOf.set(model, client)
    known.delete(clientId)
    known.set(clientId, { updatedAt, model })
    if (known.size > mostModels) known.delete(known.keys().next().value as ClientId) // size > 0
    return model
  }

  Object.assign(provider.Client, { find })
  Object.assign(provider.Client.prototype, {
    async compareClientSecret(this: ClientModel, presented: string) {
      return isSecretOf(clientRecord(this), presented)
    },
    grantTypeAllowed(this: ClientModel, type: string) {
      // no client registers for it: a ticket opens it, and our own metadata says for whom
      return type === directGrant || (this.grantTypes?.includes(type) ?? false)
    },
  })
}

function engineMetadata(client: Client): AllClientMetadata {
  return {
    ...client.metadata,
    client_id: client.clientId,
    // The engine wants to see a secret where one is needed. It is never compared with this one, and no key is made of it
    // because symmetric algorithms are off; a fresh random value makes that harmless even if one day they were on.
    ...(hasSecret(client) ? { client_secret: randomToken() } : {}),
  }
}
