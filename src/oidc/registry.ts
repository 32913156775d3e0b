import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Keys } from '#key/key.ts'
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
}

/** About 80 KB each once warm. */
const mostEngines = 2000

type Entry = { readonly version: string; readonly engine: Promise<Engine> }

export function createEngineRegistry(deps: {
  readonly keys: Keys
  readonly subjectKeyOf: (tenantId: TenantId) => Promise<Uint8Array>
  readonly provider: ProviderDeps
}): EngineRegistry {
  const engines = new Map<TenantId, Entry>()

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
      const version = `${tenant.version} ${keySet.version}`
      const known = engines.get(tenant.id)
      engines.delete(tenant.id)
      if (known?.version === version) {
        engines.set(tenant.id, known)
        return known.engine
      }
      const engine = deps
        .subjectKeyOf(tenant.id)
        .then((subjectKey) => build({ tenant, keySet, subjectKey }))
      const entry = { version, engine }
      engines.set(tenant.id, entry)
      engine.catch(() => engines.get(tenant.id) === entry && engines.delete(tenant.id))
      if (engines.size > mostEngines) engines.delete(engines.keys().next().value as TenantId) // size > 0
      return engine
    },
  }
}
