import type { Audit } from '#audit/audit.ts'
import type { Egress } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { readIdpMetadata } from './metadata/metadata.ts'
import { fixedPeer, keptPeer, unreachable } from './peer-reading.ts'
import { isUnknown } from './saml.ts'
import type { KnownPeer, PeerUnknown, SamlConnection, SamlPeers, SamlStore } from './saml.ts'

/** Milliseconds between two tries to reach who does not answer. */
const rest = 30_000

const maxBytes = 1024 * 1024

export type SamlPeerDeps = {
  readonly store: Pick<SamlStore, 'findMetadata' | 'saveMetadata'>
  readonly egress: Egress
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** Development: their addresses may be http on this machine. */
  readonly allowsLoopback: boolean
}

export function createSamlPeers(deps: SamlPeerDeps): SamlPeers {
  const { store, clock } = deps
  const fetching = new Map<string, Promise<KnownPeer | PeerUnknown>>()
  const restUntil = new Map<string, number>()
  const fetchNow = createFetch(deps)

  async function refresh(connection: SamlConnection): Promise<KnownPeer | PeerUnknown> {
    const url = connection.settings.metadata_url
    if (url === undefined) return fixedPeer(connection, deps)
    const name = nameOf(connection, url)
    const running = fetching.get(name) ?? fetchNow(connection, url)
    fetching.set(name, running)
    try {
      const peer = await running
      if (isUnknown(peer)) restUntil.set(name, clock.now() + rest)
      else restUntil.delete(name)
      return peer
    } finally {
      fetching.delete(name)
    }
  }

  return {
    refresh,

    async of(connection) {
      const url = connection.settings.metadata_url
      if (url === undefined) return fixedPeer(connection, deps)
      const kept = await store.findMetadata(connection.tenantId, connection.id)
      const known = kept?.url === url ? keptPeer(kept, connection, deps) : undefined
      const isResting = (restUntil.get(nameOf(connection, url)) ?? 0) > clock.now()
      if (!known || isUnknown(known)) {
        return isResting ? (known ?? unreachable) : refresh(connection)
      }
      if (clock.now() >= known.dueAt && !isResting) refresh(connection).catch(() => undefined) // the copy stands
      return known
    },
  }
}

/** SECURITY: by its address as well: what is being fetched from the one before is no answer for the new one. */
const nameOf = ({ tenantId, id }: SamlConnection, url: string) =>
  JSON.stringify([tenantId, id, url])

function createFetch({ store, egress, audit, clock, allowsLoopback }: SamlPeerDeps) {
  return async (connection: SamlConnection, url: string): Promise<KnownPeer | PeerUnknown> => {
    const { tenantId, id, settings } = connection
    const xml = await download(egress, url)
    if (xml === undefined) return unreachable
    const stored = await store.findMetadata(tenantId, id)
    const former = stored?.url === url ? stored : undefined
    const now = clock.now()
    // SECURITY: at the same address nobody becomes somebody else (reference/federation.md §3.7, rotation)
    const entityId = settings.entity_id ?? former?.entityId
    const read = readIdpMetadata({ xml, now, entityId, allowsLoopback })
    if (read.kind === 'refused') return { kind: 'unknown', reason: read.reason }
    const isChanged = former !== undefined && former.xml !== xml
    const before = isChanged ? { xml: former.xml, replacedAt: new Date(now) } : former?.before
    const fetched = { url, entityId: read.idp.entityId, xml, fetchedAt: new Date(now), before }
    const kept = { tenantId, connectionId: id, ...fetched }
    if (!(await store.saveMetadata(kept))) return unreachable
    if (isChanged)
      await audit.append({
        tenantId,
        type: 'federation.metadata_changed',
        outcome: 'success',
        actor: { kind: 'system' },
        detail: { connection: id },
      })
    return keptPeer(kept, connection, { clock, allowsLoopback })
  }
}

async function download(egress: Egress, url: string): Promise<string | undefined> {
  const headers = { accept: 'application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8' }
  try {
    const answer = await egress(url, { headers, maxBytes })
    return answer.status === 200 ? await answer.text() : undefined
  } catch {
    return undefined // whatever keeps it from us; the egress says the same of all
  }
}
