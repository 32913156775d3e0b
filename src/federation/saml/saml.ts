import type { ConnectionId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { connectionUrl, type Departure } from '../federation.ts'
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

/** What was sent, by the id its answer must name. */
export type SamlSent = {
  readonly id: string
  readonly departure: Exclude<Departure, { readonly kind: 'failed' }>
}

/** Everything is signed with RSA-SHA256. */
export type SamlOutbound = {
  /** SAML Core §3.4.1. By redirect where the other side takes it, else by POST; undefined where it takes neither. */
  authnRequest(
    input: SamlParty & {
      readonly peer: SamlDestination
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
  metadata(
    input: SamlParty & {
      readonly nameIdFormat: string | undefined
      readonly singleLogout: boolean
    },
  ): Promise<string>
}
