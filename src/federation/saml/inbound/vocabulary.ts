import type { KeyObject } from 'node:crypto'
import type { SamlRefusal } from './reasons.ts'

/** What a connection knows of the other side. */
export type SamlPeer = {
  readonly entityId: string
  /** PEM, or base64 of DER as metadata carries it. All are tried, none means nobody comes in (check 7). */
  readonly certificates: readonly string[]
  /** They may begin (IdP-initiated). Off unless an administrator switched it on. */
  readonly allowsUnsolicited: boolean
  /**
   * Check 18: they encrypt with AES-CBC and sign the assertion inside only, as Entra ID and AD FS may. The caller limits how
   * often it is tried: whoever can ask often enough reads what was encrypted.
   */
  readonly allowsUnauthenticatedCbc?: boolean
}

/** Our addresses towards this one connection: a message for another connection of ours is not for this one. */
export type SamlSelf = {
  readonly entityId: string
  readonly acs: string
  readonly slo: string
  /** RSA private keys, PEM or parsed; the current one first, then what it replaced. */
  readonly decryptionKeys: readonly (KeyObject | string)[]
}

export type Situation = {
  readonly self: SamlSelf
  readonly peer: SamlPeer
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds their clock may be wrong: 60 000; more than 180 000 counts as 180 000. */
  readonly skew: number
}

/** How a logout message came. Responses of a sign-in come by POST only (check 19). */
export type LogoutMessage =
  | {
      readonly binding: 'post'
      /** The form field as it came. */
      readonly encoded: string
    }
  | {
      readonly binding: 'redirect'
      /** What follows `?`, untouched: the signature is over these octets, and a parser hides a repeated parameter. */
      readonly query: string
    }

/** A NameID is all four together (SAML Core §2.2.2): the same value in another format is somebody else. */
export type NameId = {
  readonly value: string
  readonly format?: string | undefined
  readonly nameQualifier?: string | undefined
  readonly spNameQualifier?: string | undefined
}

/** What an administrator's test page shows of how it was protected. URIs of the algorithms as they stood there. */
export type SamlFacts = {
  readonly signed: 'assertion' | 'response' | 'both'
  readonly encrypted: boolean
  readonly signatureAlgorithms: readonly string[]
  readonly digestAlgorithms: readonly string[]
  /** Content, then key transport; empty when nothing was encrypted. */
  readonly encryptionAlgorithms: readonly string[]
}

/** Somebody was proved, and it was claimed: see `claimAssertion`. */
export type SamlAssertion = {
  readonly id: string
  /** Of the message around it; unsigned when only the assertion is signed: for the log. */
  readonly responseId: string
  /** Undefined: they began. */
  readonly inResponseTo: string | undefined
  readonly issuer: string
  readonly nameId: NameId
  readonly sessionIndex: string | undefined
  /** Our session ends no later (check 14). */
  readonly sessionNotOnOrAfter: Date | undefined
  readonly authnInstant: Date
  readonly authnContextClassRef: string | undefined
  /** Values by the attribute's Name, in their order; only what is plain text (check 17). */
  readonly attributes: ReadonlyMap<string, readonly string[]>
  readonly facts: SamlFacts
}

declare const unclaimed: unique symbol
/**
 * A true assertion of which nobody yet knows whether this browser asked for it. Text, to be kept as it is under a one-time
 * handle between the cross-site POST and our own GET (check 24); nothing can be read from it before it is claimed.
 */
export type UnclaimedAssertion = string & { readonly [unclaimed]: true }

/** A name for something that may be used once, and until when it must be remembered that it was (check 16). */
export type Once = {
  /** Same for the same id of the same peer, however it is wrapped; 43 characters of base64url. */
  readonly key: string
  readonly until: Date
}

export type ResponseRead = {
  readonly kind: 'arrived'
  readonly assertion: UnclaimedAssertion
  /** Whose answer it is; undefined when they began, which `allowsUnsolicited` allowed. To find the request, not to believe it. */
  readonly inResponseTo: string | undefined
  /** To be inserted, atomically, before anybody is signed in. */
  readonly once: Once
}

/**
 * What was asked for (check 15): `requestId` comes from the pending request of this connection and this browser, which the
 * caller took atomically. `unsolicited`: no request was pending, and none may be named.
 */
export type Expectation = { readonly requestId: string } | 'unsolicited'

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly assertion: SamlAssertion }
  | SamlRefusal

export type LogoutRequestRead = {
  readonly kind: 'request'
  /** To be named by our answer. */
  readonly id: string
  readonly nameId: NameId
  /** Empty: all sessions of this NameID at this connection. */
  readonly sessionIndexes: readonly string[]
  /** Milliseconds since the epoch, by their clock. */
  readonly issuedAt: number
  /** Undefined when there was none or it came by POST, where it is a field of the form. To be sent back, never to be read. */
  readonly relayState: string | undefined
  readonly once: Once
}

export type LogoutResponseRead = {
  readonly kind: 'response'
  /** The caller takes, atomically, the logout of this connection that waits under this id; none: it was not asked for. */
  readonly inResponseTo: string
  readonly outcome: 'done' | 'partial' | 'failed'
  readonly relayState: string | undefined
}

/** The form field `SAMLResponse` as it was posted to the ACS; never from a query (check 19). */
export type ReadResponse = (
  input: Situation & { readonly encoded: string },
) => ResponseRead | SamlRefusal

/** Once the browser is known. Refuses what it did not ask for. */
export type ClaimAssertion = (
  assertion: UnclaimedAssertion,
  expected: Expectation,
  peer: Pick<SamlPeer, 'entityId' | 'allowsUnsolicited'>,
) => ClaimResult

/** `SAMLRequest` at the single logout endpoint. */
export type ReadLogoutRequest = (
  input: Situation & { readonly message: LogoutMessage },
) => LogoutRequestRead | SamlRefusal

/** `SAMLResponse` at the single logout endpoint. */
export type ReadLogoutResponse = (
  input: Situation & { readonly message: LogoutMessage },
) => LogoutResponseRead | SamlRefusal
