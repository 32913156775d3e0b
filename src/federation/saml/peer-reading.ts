import type { Clock } from '#kit/clock.ts'
import type { IdpMetadata } from './metadata/metadata.ts'
import { readIdpMetadata } from './metadata/metadata.ts'
import type { KeptMetadata, KnownPeer, PeerUnknown, SamlConnection } from './saml.ts'

/** Milliseconds. What they wish (cacheDuration), within these; SAML Metadata §2.3.1. */
const soonest = 6 * 3600_000
const latest = 24 * 3600_000
const usual = 12 * 3600_000
/** Certificates that were taken out of their metadata still verify for so long. */
const grace = 24 * 3600_000

export const unreachable: PeerUnknown = { kind: 'unknown', reason: 'metadata_unreachable' }

type Reading = { readonly clock: Clock; readonly allowsLoopback: boolean }

/** Pasted, or told in three values. */
export function fixedPeer(
  { settings }: SamlConnection,
  { clock, allowsLoopback }: Reading,
): KnownPeer | PeerUnknown {
  const { metadata: xml, entity_id: entityId, sso_url: url, slo_url: sloUrl } = settings
  if (xml !== undefined) {
    const read = readIdpMetadata({ xml, now: clock.now(), entityId, allowsLoopback })
    return read.kind === 'read' ? peerOf(read.idp) : { kind: 'unknown', reason: read.reason }
  }
  if (entityId === undefined || url === undefined)
    return { kind: 'unknown', reason: 'endpoint_missing' }
  const { sso_binding: binding, certificates } = settings
  const sloEndpoints = sloUrl === undefined ? [] : [{ binding, url: sloUrl }]
  return { entityId, ssoEndpoints: [{ binding, url }], sloEndpoints, certificates }
}

function peerOf(idp: IdpMetadata, more: readonly string[] = []): KnownPeer {
  const { entityId, ssoEndpoints, sloEndpoints, signingCertificates } = idp
  const listed = signingCertificates.map(({ der }) => der)
  return {
    entityId,
    ssoEndpoints,
    sloEndpoints,
    certificates: [...new Set([...listed, ...more])],
  }
}

/** Read by the rules of today. `dueAt`: milliseconds since the epoch when it should be fetched again. */
export function keptPeer(
  { xml, fetchedAt, before }: KeptMetadata,
  { settings }: SamlConnection,
  { clock, allowsLoopback }: Reading,
): (KnownPeer & { readonly dueAt: number }) | PeerUnknown {
  const source = { now: clock.now(), entityId: settings.entity_id, allowsLoopback }
  const read = readIdpMetadata({ xml, ...source })
  if (read.kind === 'refused') return { kind: 'unknown', reason: read.reason }
  const isInGrace = before && clock.now() < before.replacedAt.getTime() + grace
  const old = isInGrace ? readIdpMetadata({ xml: before.xml, ...source }) : undefined
  const more = old?.kind === 'read' ? old.idp.signingCertificates.map(({ der }) => der) : []
  const wished = read.idp.cacheDuration ?? usual
  const dueAt = fetchedAt.getTime() + Math.min(Math.max(wished, soonest), latest)
  return { ...peerOf(read.idp, more), dueAt }
}
