import type { Account, Profile } from '#account/account.ts'
import type {
  AccountId,
  ClientId,
  ConnectionId,
  InteractionUid,
  SessionUid,
  TenantId,
} from '#kit/ids.ts'
import type { Proof } from '#login/login.ts'
import type { ForeignSession } from '#session/session.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { ConnectionNews } from '#views/mail/connection-news.ts'
import type { Health } from './health.ts'

export { connectionUrl, connectionUrls } from './addresses.ts'
export { createFailureBounds } from './failure-bounds.ts'
export { worstState, type Health, type HealthCheck } from './health.ts'

/**
 * Signing in with the account one has elsewhere. A connection is one more login method: it leaves, comes back, proves;
 * `interaction/finish` still decides. `oidc/` and `saml/` speak with the other side, `connection/` knows who that is,
 * `identity/` whose account it is here.
 */
export const connectionTypes = ['google', 'microsoft', 'oidc', 'github', 'apple', 'saml'] as const
export type ConnectionType = (typeof connectionTypes)[number]

/** `draft`: only an administrator's test may use it. `disabled`: dead on every path. */
export type ConnectionStatus = 'draft' | 'active' | 'disabled'

/** Somebody who knows a tenant's people: a company's own identity provider, or one for anybody. */
export type Connection<Settings = unknown> = {
  readonly tenantId: TenantId
  /** Stands in the addresses `/federation/:connection/…`; never changes, unique in the tenant. */
  readonly id: ConnectionId
  /** What people read on the button. */
  readonly name: string
  readonly type: ConnectionType
  readonly status: ConnectionStatus
  /** Checked by the protocol's own schema when it was saved; holds no secret. */
  readonly settings: Settings
  /** Grows with every change; whatever is built from a connection is rebuilt when it does. */
  readonly version: number
}

/** Why somebody is sent away. Each has a way back of its own: none is taken for another (CVE-2026-4282). */
export type Errand =
  | { readonly purpose: 'sign_in'; readonly uid: InteractionUid }
  /** A front end that shows its own pages lets somebody sign in elsewhere (`/api/v1/auth/sso`). */
  | { readonly purpose: 'api'; readonly request: ApiSignIn }
  /** Somebody signed in here adds what they have elsewhere (reference/federation.md §3.7). */
  | {
      readonly purpose: 'link'
      readonly accountId: AccountId
      /** Of the session that asked: it has to be alive still when they come back. */
      readonly sessionUid: SessionUid
      /** When they proved who they are here, epoch seconds: what ended the account since voids the errand. */
      readonly provedAt: number
    }
  /** The same, for a front end that shows its own pages: it asks for what came of it, as whoever asked before. */
  | {
      readonly purpose: 'api_link'
      readonly request: ApiSignIn
      readonly accountId: AccountId
      readonly sessionUid: SessionUid
    }
  /** An administrator tries the connection; nobody is signed in and nothing is kept. */
  | { readonly purpose: 'test'; readonly accountId: AccountId }

/** Where the front end wants to have the person back, and how it proves then that it is the one that asked (RFC 7636). */
export type ApiSignIn = {
  readonly clientId: ClientId
  readonly redirectUri: string
  readonly state: string | undefined
  /** S256. */
  readonly codeChallenge: string
}

/** What the application, or Signet itself, wants of the other side. */
export type Wishes = {
  /** OIDC Core §3.1.2.1, SAML's ForceAuthn: they are to prove it anew. */
  readonly anew: boolean
  /** Seconds; OIDC Core §3.1.2.1. */
  readonly maxAge?: number | undefined
  readonly loginHint?: string | undefined
  readonly uiLocales?: string | undefined
  readonly acrValues?: readonly string[] | undefined
}

export type Leave = {
  readonly tenant: Tenant
  readonly connection: Connection
  readonly errand: Errand
  /** Value of this browser's cookie, see `BrowserCookie`: only it can come back. */
  readonly browser: string
  readonly wishes: Wishes
}

/** How the browser gets there. */
export type Departure =
  | { readonly kind: 'redirect'; readonly url: string }
  /** SAML Bindings §3.5: a form that the browser posts. */
  | {
      readonly kind: 'form'
      readonly action: string
      readonly fields: Readonly<Record<string, string>>
    }
  /** The other side cannot be asked now. */
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }

/** One protocol's way there. Implemented by `oidc/` and `saml/`. */
export type Upstream = {
  /** Keeps what the way back needs under a one-time key, for ten minutes. */
  leave(input: Leave): Promise<Departure>
}

/** What the other side says of somebody, checked, and nothing of it believed beyond what its connection may say. */
export type ForeignIdentity = {
  /** With tenant and connection the key of an identity, byte for byte: `iss` or the entityID. */
  readonly issuer: string
  /** `sub`; tid and oid; NameID with format and qualifiers. Never an address, never a name. */
  readonly subject: string
  readonly email: string | undefined
  /** By the rules of reference/federation.md §3.3-§3.5 alone; an assertion of SAML never verifies an address by itself. */
  readonly emailVerified: boolean
  /**
   * SECURITY (nOAuth): one of the organisation's own that runs the other side, neither its guest nor anybody who made an account
   * there. Only of them its word on an address counts within the domains that were proved for the connection.
   */
  readonly isMember: boolean
  readonly profile: Profile
  /** Undefined: the other side said nothing of them. */
  readonly groups: readonly string[] | undefined
  /** Everything that was said, bounded, for the mapping and for an administrator's test. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
  readonly authentication: {
    /** Epoch seconds; when the other side says nothing of it, when they came back. */
    readonly at: number
    readonly acr: string | undefined
    readonly amr: readonly string[]
    /** Our session ends no later (SAML Core §2.7.2 SessionNotOnOrAfter); epoch seconds. */
    readonly until: number | undefined
  }
  /** What names their session over there, for a logout in either direction. */
  readonly session: {
    readonly index: string | undefined
    /** As JSON of the protocol's own; for SAML the whole NameID. */
    readonly hint: string | undefined
  }
}

/** Somebody is back. */
export type Arrival = {
  readonly tenant: Tenant
  readonly connection: Connection
  readonly errand: Errand
  readonly identity: ForeignIdentity
  /** What they let us do there, sealed for this identity; undefined where the connection keeps nothing of it. */
  readonly sealedTokens?: string | undefined
}

/** Stable: they stand in audit events and metrics. Never shown to who signs in, but for what they can do about it. */
export const failureReasons = [
  /** No network, no answer in time, an error of its own, nonsense. */
  'upstream_unavailable',
  /** It answered with an error of the protocol (OAuth 2.0 §4.1.2.1, a SAML status). */
  'upstream_refused',
  /** The person went back over there. */
  'upstream_cancelled',
  /** What came back does not hold: signature, audience, time, replay … */
  'answer_refused',
  /** Another browser, an old tab, a second time, or nothing that was asked for. */
  'errand_unknown',
  /** The connection is disabled, or was changed meanwhile. */
  'connection_inactive',
] as const
export type FailureReason = (typeof failureReasons)[number]

export type Failure = {
  readonly tenant: Tenant
  readonly connection: Connection
  /** Undefined where it is not even known who was sent. */
  readonly errand: Errand | undefined
  readonly reason: FailureReason
  /** For the log, the audit event and the administrator's test: says what was wrong. No secrets, no tokens. */
  readonly detail: string
}

/**
 * Port. What becomes of who comes back, by purpose; implemented by who sent them. Each gives the address to go on with,
 * always in the browser that left: the callers have proved that.
 */
export type Arrivals<Context> = {
  arrived(ctx: Context, arrival: Arrival): Promise<string>
  failed(ctx: Context, failure: Failure): Promise<string>
}

/** Somebody signed out here who had been signed in elsewhere for it. */
export type SignedOut = {
  readonly tenant: Tenant
  readonly via: ConnectionId
  readonly foreign: ForeignSession
  /** Where they go in the end: checked already, never taken from an address again. */
  readonly next: string
  /** Value of this browser's cookie, see `BrowserCookie`: made only where somebody is sent on. */
  readonly browser: () => string
}

/**
 * Port. Where they go first, to be signed out there as well: an address of ours. Undefined where they go on at once. What is
 * over here stays over, whatever becomes of it.
 */
export type SignOutElsewhere = (signedOut: SignedOut) => Promise<string | undefined>

/** Whose account it is (reference/federation.md §3.7). */
export type Admission =
  | { readonly kind: 'admitted'; readonly proof: Proof; readonly isNew: boolean }
  /** An account with this address stands here: whoever owns it signs in to it first, and only then is it linked. */
  | { readonly kind: 'link_first'; readonly email: string; readonly handle: string }
  /**
   * Nobody vouches for the address: whoever it is shows first that its mailbox is theirs. The same whether an account here has
   * it or not (Q73); no account is made, found or linked by an address that is not proved (nOAuth).
   */
  | { readonly kind: 'verify_first'; readonly email: string; readonly handle: string }
  | { readonly kind: 'refused'; readonly reason: AdmissionRefusal }

export const admissionRefusals = [
  /** Nobody is made an account by this connection, or not with this address. */
  'no_account',
  'domain_not_allowed',
  /** The account here is disabled, leaving or deleted: never enabled by a sign-in. */
  'account_unavailable',
  /** What the other side says of how they signed in is less than the connection requires. */
  'authentication_too_weak',
  /** Somebody else's account has this identity already, or this account another one of the connection. */
  'identity_taken',
  /** The tenant wants an address and the other side gave none that holds. */
  'email_required',
] as const
export type AdmissionRefusal = (typeof admissionRefusals)[number]

/** Whose account somebody who came back has here. Implemented by `identity/`. */
export type Identities = {
  /** Finds, links, or makes the account, as the connection allows; maps profile, roles and groups; in one transaction. */
  admit(arrival: Arrival, requester: Requesting): Promise<Admission>
  /**
   * Goes on with who waits under `handle`, now that they have proved the mailbox of `email`. Once; undefined when it is over, or
   * they proved another one.
   */
  admitVerified(input: {
    readonly tenant: Tenant
    readonly handle: string
    readonly email: string
    readonly requester: Requesting
  }): Promise<Admission | undefined>
  /** Links what waits under `handle` to the account that proved who it is; false when it is over. Once. */
  linkWaiting(input: {
    readonly tenant: Tenant
    readonly handle: string
    readonly accountId: AccountId
    readonly requester: Requesting
  }): Promise<boolean>
  /** Of an errand `link`: the person proved both sides. */
  link(arrival: Arrival, requester: Requesting): Promise<AdmissionRefusal | undefined>
  /** Of an errand `api_link`: keeps who they are over there, until whoever sent them comes for it. */
  keepLink(arrival: Arrival, requester: Requesting): Promise<KeptLink>
  /** Links what was kept, as `link` does. Once. */
  linkKept(input: {
    readonly tenant: Tenant
    readonly handle: string
    readonly accountId: AccountId
    /** When this person last proved who they are here, epoch seconds: what ended the account since voids it. */
    readonly provedAt: number
    readonly requester: Requesting
  }): Promise<'linked' | 'over' | AdmissionRefusal>
}

export type KeptLink = { readonly handle: string } | { readonly refusal: AdmissionRefusal }

export type Requesting = {
  readonly ip: string
  readonly userAgent: string | undefined
  readonly requestId: string
}

/** Who signs people in at a tenant. Implemented by `connection/`. */
export type Connections = {
  /** Of any status; undefined in another tenant (404, never 403). */
  find(tenantId: TenantId, id: ConnectionId): Promise<Connection | undefined>
  /** The active ones that stand as a button on the sign-in page, in the administrator's order. Cached for a second at most. */
  listOffered(tenantId: TenantId): Promise<readonly Connection[]>
  /** Whether people come in by it now. Cached for a second at most. */
  isActive(tenantId: TenantId, id: ConnectionId): Promise<boolean>
  /** Opens the secret of a connection: the client secret, or the private key of ours. */
  secretOf(connection: Connection): Promise<string | undefined>
  /** Of the key we prove with who we are over there, for the other side to fetch; empty where there is none, or it is off. */
  publicKeysOf(connection: Connection): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** Home-realm discovery: which connection owns the domain of an address. Implemented by `connection/`. */
export type HomeRealms = {
  /**
   * Only by a domain that was proved to be the tenant's, and an active connection. `isEnforced`: nobody of this domain signs
   * in another way. The same work whether an account has the address or not (Q73).
   */
  ofEmail(tenantId: TenantId, email: string): Promise<HomeRealm | undefined>
}

export type HomeRealm = {
  readonly connection: Connection
  readonly domain: string
  readonly isEnforced: boolean
}

/** Port. One protocol's look at the other side of a connection; a connection of another protocol gives undefined. */
export type HealthOf = (
  connection: Connection,
  /** `refresh`: what was kept is thrown away and asked for anew. Within five seconds; never rejects. */
  options: { readonly refresh: boolean },
) => Promise<Health | undefined>

/** How somebody signed in, or wants to. */
export type SignInFacts = {
  readonly acr: string | undefined
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  /** Through whom; undefined also where nobody remembers. */
  readonly via: ConnectionId | undefined
}

/** Who of a domain that must sign in elsewhere is let in all the same, when elsewhere is broken: with a passkey only. */
export const ownerRole = 'owner'

type EnforcedAccount = Pick<Account, 'tenantId' | 'email' | 'roles'>

/** Single sign-on that is enforced for a domain (reference/federation.md §3.7). */
export type Enforcement = {
  /**
   * False for a sign-in that opens nothing any more: the connection it came through was disabled or removed since (Q18), or
   * its domain has to sign in elsewhere. Asked of whatever was opened before.
   */
  stands(account: EnforcedAccount, signIn: SignInFacts): Promise<boolean>
  /**
   * Whom to ask instead; undefined where the sign-in may stand: the domain is nobody's or may sign in anyhow, it came
   * through that connection, or an owner broke the glass.
   */
  instead(account: EnforcedAccount, signIn: SignInFacts): Promise<Connection | undefined>
  /** The same for who has only said who they are: before a password is looked at, or a mail is sent. */
  ofEmail(tenantId: TenantId, email: string): Promise<Connection | undefined>
}

/**
 * Port. Tells who administers a tenant what becomes of a connection, by mail. In two steps: whom is found out before the
 * transaction that it is told in.
 */
export type TellAdministrators = (
  tenantId: TenantId,
) => Promise<
  (connection: ConnectionId, news: ConnectionNews, within: Transaction | undefined) => Promise<void>
>

/** Seconds somebody may stay away. */
export const errandLifetime = 600

/** What a connection's id may be. */
export const connectionIdPattern = /^[a-z][a-z0-9-]{0,62}[a-z0-9]$/
