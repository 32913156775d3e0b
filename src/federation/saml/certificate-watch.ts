import type { X509Certificate } from 'node:crypto'
import type { Clock } from '#kit/clock.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Tenants } from '#tenant/tenant.ts'
import { isOfType, type ConnectionStore } from '../connection/connection.ts'
import type { TellAdministrators } from '../federation.ts'
import { readCertificate, shortFingerprint } from './certificate.ts'
import { isUnknown } from './saml.ts'
import type { SamlConnection, SamlPeers, SamlStore } from './saml.ts'

/** Days before the end of a certificate that are told of, and the end itself (reference/federation.md §3.7, rotation). */
const thresholds = [0, 1, 7, 14, 30, 60]
const day = 24 * 3600_000
/** Certificates of one connection that are told of: how many there are is the word of the other side, each is mails to many (CWE-770). */
const most = 10

/**
 * Tells who administers a tenant that a certificate of its identity provider is about to end: once for each certificate and
 * threshold, however many look. It signs as before: a certificate is the frame of a key here.
 */
export function createCertificateWatch(deps: {
  readonly tenants: Pick<Tenants, 'findById'>
  readonly connections: Pick<ConnectionStore, 'listActive'>
  readonly peers: Pick<SamlPeers, 'of'>
  readonly store: Pick<SamlStore, 'noteCertificate'>
  readonly tellAdministrators: TellAdministrators
  readonly transactor: Transactor
  readonly clock: Clock
}): () => Promise<void> {
  const { tenants, connections, peers, store, tellAdministrators, transactor, clock } = deps

  async function look(connection: SamlConnection): Promise<void> {
    const tenant = await tenants.findById(connection.tenantId)
    // nobody is told of a tenant that is switched off, and what counts as told would not be told when it is on again
    if (tenant?.status !== 'active') return
    const peer = await peers.of(connection)
    if (isUnknown(peer)) return
    for (const text of peer.certificates.slice(0, most)) {
      const x509 = readCertificate(text)
      if (!x509) continue
      const days = thresholdOf(x509.validToDate.getTime() - clock.now())
      if (days !== undefined) await note(connection, x509, days)
    }
  }

  async function note(
    { tenantId, id }: SamlConnection,
    x509: X509Certificate,
    days: number,
  ): Promise<void> {
    const fingerprint = shortFingerprint(x509)
    const what = days === 0 ? 'certificate_over' : 'certificate_ending'
    const until = x509.validToDate
    const tell = await tellAdministrators(tenantId)
    await transactor.transaction(async (within) => {
      if (await store.noteCertificate({ tenantId, connectionId: id, fingerprint, days }, within))
        await tell(id, { what, fingerprint, until }, within)
    })
  }

  return async () => {
    for (const connection of await connections.listActive('saml'))
      if (isOfType(connection, 'saml')) await look(connection)
  }
}

/** The narrowest stretch that has begun. */
function thresholdOf(left: number): number | undefined {
  return thresholds.find((days) => left <= days * day)
}
