import type { Clock } from '#kit/clock.ts'
import { isOfType } from '../connection/connection.ts'
import { worstState, type HealthCheck, type HealthOf } from '../federation.ts'
import { readCertificate, shortFingerprint } from './certificate.ts'
import { isUnknown } from './saml.ts'
import type { KnownPeer, SamlConnection, SamlPeers } from './saml.ts'

/** Milliseconds before its end that a certificate is told of. */
const noticeOfEnd = 30 * 24 * 3600_000

/** What is known of the other side; asked anew it fetches their metadata. */
export function createSamlHealth(deps: {
  readonly peers: SamlPeers
  readonly clock: Clock
}): HealthOf {
  return async (connection, { refresh }) => {
    if (!isOfType(connection, 'saml')) return undefined
    const { metadata, peer } = await look(connection, deps.peers, refresh)
    const certificates = peer?.certificates ?? []
    const checks = [
      metadata,
      ...certificates.map((certificate) => checkCertificate(certificate, deps.clock.now())),
    ]
    return { state: worstState(checks.map(({ state }) => state)) ?? 'ok', checks }
  }
}

async function look(
  connection: SamlConnection,
  peers: SamlPeers,
  refresh: boolean,
): Promise<{ readonly metadata: HealthCheck; readonly peer: KnownPeer | undefined }> {
  const name = 'metadata'
  const asked = await (refresh ? peers.refresh(connection) : peers.of(connection))
  if (!isUnknown(asked))
    return { metadata: { name, state: 'ok', detail: asked.entityId }, peer: asked }
  const kept = refresh ? await peers.of(connection) : asked
  const { reason } = asked
  if (isUnknown(kept))
    return { metadata: { name, state: 'failing', detail: reason }, peer: undefined }
  const detail = `${reason}; what was fetched before is used`
  return { metadata: { name, state: 'degraded', detail }, peer: kept }
}

/** Told of, never a reason to refuse: a certificate is the frame of a key here (SAML Metadata IOP §2.6). */
function checkCertificate(certificate: string, now: number): HealthCheck {
  const name = 'certificate'
  const x509 = readCertificate(certificate)
  if (!x509) return { name, state: 'failing', detail: 'it cannot be read' }
  const endsAt = x509.validToDate
  const left = endsAt.getTime() - now
  const known = shortFingerprint(x509)
  if (left < 0) return { name, state: 'degraded', detail: `${known} is over`, endsAt }
  const state = left < noticeOfEnd ? 'degraded' : 'ok'
  return { name, state, detail: `${known} ends ${endsAt.toISOString().slice(0, 10)}`, endsAt }
}
