import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Connection, Connections, HomeRealm, HomeRealms } from '../federation.ts'
import { sharedSettingsOf, type AnySettings } from './connection.ts'
import type { ConnectionStore, StoredConnection } from './vocabulary.ts'
import { isProved, type ConnectionDomain, type DomainStore } from './domain/domain.ts'

export type ConnectionDirectory = Pick<Connections, 'listOffered' | 'isActive'> &
  HomeRealms & { readonly forget: (tenantId: TenantId) => void }

/** What the sign-in pages of a tenant ask at every step. Loaded whole: what was asked for does not show in the time (Q73). */
export function createConnectionDirectory(deps: {
  readonly store: ConnectionStore
  readonly domains: DomainStore
  readonly clock: Clock
}): ConnectionDirectory {
  const { store, domains, clock } = deps
  const tenants = createCache({ load, clock, ttl: 1000, max: 500 })

  async function load(tenantId: TenantId): Promise<Known> {
    const [stored, claims] = await Promise.all([store.list(tenantId), domains.list(tenantId)])
    const active = stored.filter(({ status }) => status === 'active').map(withoutSecret)
    return {
      active: new Set(active.map(({ id }) => id)),
      offered: active.filter(isOffered).toSorted(byPosition),
      realms: realmsOf(active, claims),
    }
  }

  return {
    listOffered: async (tenantId) => (await tenants.get(tenantId)).offered,

    isActive: async (tenantId, id) => (await tenants.get(tenantId)).active.has(id),

    async ofEmail(tenantId, email) {
      const { realms } = await tenants.get(tenantId)
      const known = realms.get(domainPart(email))
      if (!known || !isProved(known.claim, clock.now())) return undefined
      const { claim, connection } = known
      return { connection, domain: claim.domain, isEnforced: claim.isEnforced } satisfies HomeRealm
    },

    forget: (tenantId) => tenants.forget(tenantId),
  }
}

type Known = {
  readonly active: ReadonlySet<ConnectionId>
  readonly offered: readonly Connection[]
  /** By domain. */
  readonly realms: ReadonlyMap<string, Realm>
}
type Realm = { readonly claim: ConnectionDomain; readonly connection: Connection }

/** Of a domain only the owner's claim has a proof. */
function realmsOf(
  active: readonly Connection[],
  claims: readonly ConnectionDomain[],
): ReadonlyMap<string, Realm> {
  return new Map(
    claims
      .filter(({ proof }) => proof !== undefined)
      .flatMap((claim) => {
        const connection = active.find(({ id }) => id === claim.connectionId)
        return connection ? [[claim.domain, { claim, connection }] as const] : []
      }),
  )
}

function domainPart(email: string): string {
  const canonical = canonicalEmail(email.trim()) ?? ''
  return canonical.slice(canonical.lastIndexOf('@') + 1)
}

/** Whoever signs people in has no use for the sealed secret. */
export function withoutSecret(stored: StoredConnection): Connection<AnySettings> {
  const { tenantId, id, name, type, status, settings, version } = stored
  return { tenantId, id, name, type, status, settings, version }
}

function isOffered(connection: Connection): boolean {
  return sharedSettingsOf(connection).button
}

function byPosition(one: Connection, other: Connection): number {
  return sharedSettingsOf(one).position - sharedSettingsOf(other).position // the store's order where they are equal
}
