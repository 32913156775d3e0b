import type {
  Arrival,
  Connection,
  Failure,
  ForeignIdentity,
  Upstream,
  Wishes,
} from '../federation.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { ClientKeyAlg } from '../connection/connection.ts'
import type { Claims, Said } from './claims.ts'
import type { ProblemCode } from './problem.ts'

/**
 * Signing in with an OpenID Provider, or with what comes near to one. The library keeps the protocol (openid-client); what a
 * provider is like stands in its `Provider`, a set of pure rules; what is checked beside the library, in `checks.ts`.
 */
export type OidcUpstream = Upstream & {
  /** Somebody is back with an answer, in this browser. Redeems it, once; never throws for what the other side says. */
  receive(input: Received): Promise<OidcArrival>
  /** True when something was sent out under this `state`: a POST from elsewhere is not kept for nothing. */
  isExpected(input: Pick<Received, 'tenant' | 'connection' | 'answer'>): Promise<boolean>
}

export type OidcArrival =
  | { readonly kind: 'arrived'; readonly arrival: Arrival }
  | { readonly kind: 'failed'; readonly failure: Failure }

export type Received = {
  readonly tenant: Tenant
  readonly connection: Connection
  /** What stood in the address, or was posted. */
  readonly answer: Answer
  /** Undefined where this browser has no cookie of ours. */
  readonly browser: string | undefined
}

/** RFC 6749 §4.1.2, RFC 9207. A name that came twice is not in it, but in `isMalformed`. */
export type Answer = {
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly iss?: string | undefined
  readonly error?: string | undefined
  /** Apple's: the name, told once, as JSON; by the browser, so by nobody one could trust. */
  readonly user?: string | undefined
  /** A parameter came twice or is no text of a sensible length. */
  readonly isMalformed?: boolean | undefined
}

/** What one provider is like. */
export type Provider = {
  readonly clientId: string
  /** Its discovery document is asked for here (OIDC Discovery §4). */
  readonly issuer: string
  /** Whether a discovery document that was found there is its own. */
  readonly isIssuer: (discovered: string) => boolean
  /** Instead of a discovery document: it has none. */
  readonly document?: ServerDocument | undefined
  /** RFC 8725 §3.1: pinned. */
  readonly alg: SigningAlgorithm
  readonly authentication: Authentication
  /** Beside those that every request has. */
  readonly parameters: (wishes: Wishes) => Readonly<Record<string, string>>
  /** Accepts the `iss` of its answers (RFC 9207) where it is not the issuer of its discovery document. */
  readonly isAnswerFrom?: ((iss: string) => boolean) | undefined
  /** Where it tells who somebody is. `id_token`: and at userinfo what is missing in it. */
  readonly source: 'id_token' | 'github'
  /** Whether what they let us do there is kept. */
  readonly keepsTokens: boolean
  /** What came with the answer itself, through the browser: a name, nothing that decides. */
  readonly besides?: ((answer: Answer) => Claims | undefined) | undefined
  /** Who it is, by claims that hold; or what is wrong with them. */
  readonly identify: (said: Said) => Who | ProblemCode
}

/**
 * How we prove who we are at its token endpoint: by a secret, by an assertion that is signed with a key of ours (RFC 7523
 * §2.2), by Apple's secret that is signed for each use, or not at all.
 */
export type Authentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'none'
  | { readonly teamId: string; readonly keyId: string }
  | { readonly alg: ClientKeyAlg; readonly audience: 'issuer' | 'token_endpoint' }

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** What a provider's own rules decide (reference/federation.md §3.3-§3.5); the rest is the same for all. */
export type Who = Pick<
  ForeignIdentity,
  'issuer' | 'subject' | 'email' | 'emailVerified' | 'isMember' | 'groups'
>

/** What is read of a discovery document. */
export type ServerDocument = {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri?: string | undefined
  readonly userinfo_endpoint?: string | undefined
  readonly authorization_response_iss_parameter_supported?: boolean | undefined
}
