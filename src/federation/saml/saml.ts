import type { ConnectionId, TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { SettingsOf } from '../connection/connection.ts'
import { connectionUrl } from '../federation.ts'
import type { Arrival, Connection, Departure, Failure, Upstream } from '../federation.ts'
import type { NameId, SamlSelf } from './inbound/inbound.ts'
import type { IdpMetadata } from './metadata/metadata.ts'

/**
 * SAML 2.0 as a service provider, one of its own for each connection (check 25). What leaves is built by samlify, what
 * arrives is read by `inbound/`, and what the other side says of itself by `metadata/`.
 */

/** PEM; RSA. Signs our requests, and opens what is encrypted for us. */
export type SamlKeyPair = {
  readonly privateKey: string
  /** Self-signed: a key in the frame that SAML metadata wants (SAML Metadata IOP §2.6). */
  readonly certificate: string
}

/** Our side of one connection. */
export type SamlParty = {
  readonly self: Omit<SamlSelf, 'decryptionKeys'>
  readonly keys: SamlKeyPair
}

/** The other side, as far as something is sent there. */
export type SamlDestination = Pick<IdpMetadata, 'entityId' | 'ssoEndpoints' | 'sloEndpoints'>

/** The addresses of a connection: entity id and metadata are the same one, as most administrators are asked for it. */
export function samlSelf(
  tenant: Pick<Tenant, 'issuer'>,
  id: ConnectionId,
): Omit<SamlSelf, 'decryptionKeys'> {
  return {
    entityId: connectionUrl(tenant, id, 'metadata'),
    acs: connectionUrl(tenant, id, 'acs'),
    slo: connectionUrl(tenant, id, 'slo'),
  }
}

/** A message on its way. */
export type SamlSent = Exclude<Departure, { readonly kind: 'failed' }>

/** The id of a message of ours: what its answer has to name. 160 random bits (SAML Core §1.3.4). */
export const newMessageId = (): string => `_${randomToken(20)}`

/** Everything is signed with RSA-SHA256. */
export type SamlOutbound = {
  /** SAML Core §3.4.1. By redirect where the other side takes it, else by POST; undefined where it takes neither. */
  authnRequest(
    input: SamlParty & {
      readonly peer: SamlDestination
      readonly id: string
      readonly relayState: string
      /** ForceAuthn. */
      readonly anew: boolean
      /** Undefined: whatever they have. */
      readonly nameIdFormat: string | undefined
    },
  ): Promise<SamlSent | undefined>
  /** SAML Core §3.7.1. Undefined where the other side knows no single logout. */
  logoutRequest(
    input: SamlParty & {
      readonly peer: SamlDestination
      readonly id: string
      readonly relayState: string
      readonly nameId: NameId
      readonly sessionIndex: string | undefined
    },
  ): Promise<SamlSent | undefined>
  /** SAML Core §3.7.2. */
  logoutResponse(
    input: SamlParty & {
      readonly peer: SamlDestination
      readonly inResponseTo: string
      /** As it came, or none. */
      readonly relayState: string | undefined
      readonly outcome: 'done' | 'failed'
    },
  ): Promise<SamlSent | undefined>
  /** SAML Metadata §2.4.4: what an administrator gives to the other side. Valid by the schema of OASIS. */
  metadata(input: SamlParty & { readonly nameIdFormat: string | undefined }): Promise<string>
}

export type SamlConnection = Connection<SettingsOf<'saml'>>

/** The other side as it is known just now. */
export type KnownPeer = SamlDestination & {
  /** Base64 of DER, or PEM: all that may have signed. */
  readonly certificates: readonly string[]
}

/** A document as it was fetched; it is read again whenever it is needed, by the rules of that day. */
export type KeptMetadata = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  readonly url: string
  readonly entityId: string
  readonly xml: string
  readonly fetchedAt: Date
  /** What it replaced: its certificates are good for a day more (reference/federation.md §3.7). */
  readonly before: { readonly xml: string; readonly replacedAt: Date } | undefined
}

/** Port. The last good copy outlives a restart: their metadata being away locks nobody out. */
export type SamlStore = {
  findMetadata(tenantId: TenantId, id: ConnectionId): Promise<KeptMetadata | undefined>
  /** Inserts or replaces. False when there is no such connection any more. */
  saveMetadata(kept: KeptMetadata): Promise<boolean>
  /** One atomic step: true for exactly one of any number of callers, ever. */
  noteCertificate(notice: CertificateNotice, within?: Transaction): Promise<boolean>
  findKey(tenantId: TenantId, id: ConnectionId): Promise<KeptKey | undefined>
  /** Keeps the first of any number of concurrent ones. */
  addKey(key: KeptKey): Promise<void>
}

/** What was told of a certificate of theirs. */
export type CertificateNotice = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  readonly fingerprint: string
  /** Left at most when it was told; 0: it is over. */
  readonly days: number
}

export type KeptKey = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  /** At `[tenant, 'saml_keys', 'sealed_private_key', id]`. */
  readonly sealedPrivateKey: string
  readonly certificate: string
  readonly createdAt: Date
}

/** The key pair of a connection, drawn when it is first needed; undefined when there is no such connection any more. */
export type SamlKeys = (
  connection: Pick<Connection, 'tenantId' | 'id'>,
) => Promise<SamlKeyPair | undefined>

export type SamlPeers = {
  /** Never waits for the network while a good copy stands. */
  of(connection: SamlConnection): Promise<KnownPeer | PeerUnknown>
  /** Fetches now: for who administers. */
  refresh(connection: SamlConnection): Promise<KnownPeer | PeerUnknown>
}

/** Nobody can be sent there. `reason` as `MetadataReason`, or why it could not be fetched. */
export type PeerUnknown = { readonly kind: 'unknown'; readonly reason: string }

export function isUnknown(peer: KnownPeer | PeerUnknown): peer is PeerUnknown {
  return 'kind' in peer
}

export type SamlUpstream = Upstream & {
  /**
   * What was posted to the assertion consumer service, all of it checked but whose browser it is. Gives the handle for our own
   * GET, whatever came of it; undefined where nobody waits for it. Never throws for what the other side says.
   */
  receive(input: Posted): Promise<string | undefined>
  /** In the browser, once (check 24). */
  redeem(input: Returned): Promise<SamlArrival>
  /** What the other side is to know of this connection; undefined where it is disabled. */
  metadata(input: SamlPlace): Promise<string | undefined>
}

export type SamlPlace = { readonly tenant: Tenant; readonly connection: SamlConnection }

export type Posted = SamlPlace & {
  /** The field `SAMLResponse`, as it came. */
  readonly encoded: string
  readonly relayState: string
}

export type Returned = SamlPlace & {
  readonly handle: string
  /** Undefined where this browser has no cookie of ours. */
  readonly browser: string | undefined
}

export type SamlArrival =
  | { readonly kind: 'arrived'; readonly arrival: Arrival }
  /** They began, and may: the person is to be sent to them, as if they had come to us. */
  | { readonly kind: 'begun_there' }
  | { readonly kind: 'failed'; readonly failure: Failure }
