import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Keys, KeySet } from '#key/key.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { answeredOrThrown } from './guards.ts'
import type { ProviderDeps, ProviderInput } from './provider-factory.ts'
import { buildProvider } from './provider-factory.ts'
import { publish } from './published.ts'
import type { PublishedDocuments } from './published.ts'

/** One tenant's engine, ready to serve. */
export type Engine = {
  readonly tenant: Tenant
  readonly provider: Provider
  readonly handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  readonly published: PublishedDocuments
}

/**
 * Engines by tenant: built at first use, one build in flight, replaced as a whole when the tenant or its keys change,
 * the least recently used dropped. Nothing is drained: all protocol state is in the stores.
 */
export type EngineRegistry = {
  engineOf(tenant: Tenant): Promise<Engine>
  /** The same, when it is built and nobody needs to be asked whether it is current. */
  peek(tenant: Tenant): Engine | undefined
}

/** About 80 KB each once warm. */
const mostEngines = 2000

type Entry = {
  readonly tenantVersion: number
  readonly keyVersion: string
  readonly engine: Promise<Engine>
  built?: Engine
}

export function createEngineRegistry(deps: {
  readonly keys: Keys
  readonly subjectKeyOf: (tenantId: TenantId) => Promise<Uint8Array>
  readonly provider: ProviderDeps
}): EngineRegistry {
  const engines = new Map<TenantId, Entry>()
  let latest: TenantId | undefined

  function put(tenantId: TenantId, entry: Entry): void {
    engines.delete(tenantId)
    engines.set(tenantId, entry)
    latest = tenantId
  }

  async function build(input: ProviderInput): Promise<Engine> {
    const provider = buildProvider(input, deps.provider)
    const published = await publish(provider, input.tenant)
    const callback = provider.callback()
    return {
      tenant: input.tenant,
      provider,
      handle: (req, res) => answeredOrThrown(callback(req, res), req),
      published,
    }
  }

  return {
    async engineOf(tenant) {
      const keySet = await deps.keys.keySet(tenant.id)
      const known = engines.get(tenant.id)
      if (known && isCurrent(known, tenant, keySet)) {
        if (latest !== tenant.id) put(tenant.id, known)
        return known.engine
      }
      const engine = deps
        .subjectKeyOf(tenant.id)
        .then((subjectKey) => build({ tenant, keySet, subjectKey }))
      const entry = { tenantVersion: tenant.version, keyVersion: keySet.version, engine }
      put(tenant.id, entry)
      engine.then(
        (built) => Object.assign(entry, { built }),
        () => engines.get(tenant.id) === entry && engines.delete(tenant.id),
      )
      if (engines.size > mostEngines) engines.delete(engines.keys().next().value as TenantId) // size > 0
      return engine
    },

    peek(tenant) {
      const keySet = deps.keys.peekKeySet(tenant.id)
      const known = engines.get(tenant.id)
      return known && keySet && isCurrent(known, tenant, keySet) ? known.built : undefined
    },
  }
}

function isCurrent(entry: Entry, tenant: Tenant, keySet: KeySet): boolean {
  return entry.tenantVersion === tenant.version && entry.keyVersion === keySet.version
}
