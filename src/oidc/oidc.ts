import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  AccountId,
  ClientId,
  ConnectionId,
  GrantId,
  InteractionUid,
  SessionUid,
  TenantId,
} from '#kit/ids.ts'
import type { AuditEvent } from '#audit/audit.ts'
import type { Client } from '#client/client.ts'
import type { SignInFacts } from '#federation/federation.ts'
import type { ConsentRequest } from '#consent/consent.ts'
import type { ForeignSession } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { AcrDemand } from './acr-demand.ts'

/**
 * The oidc room holds all contact with oidc-provider. To its right the engine is known only as `AuthFlow`; to its left
 * as a store of artifacts.
 */

/** The engine's models that are kept in a store, by its own names. */
export type ArtifactModel =
  | 'AccessToken'
  | 'AuthorizationCode'
  | 'ClientCredentials'
  | 'DeviceCode'
  | 'Grant'
  | 'InitialAccessToken'
  | 'Interaction'
  | 'PushedAuthorizationRequest'
  | 'RefreshToken'
  | 'RegistrationAccessToken'
  | 'ReplayDetection'
  | 'Session'

/** One artifact of one tenant. The id is always a hash: the store never sees a bearer secret. */
export type Artifact = {
  readonly model: ArtifactModel
  readonly id: string
  /** JSON text, opaque to the store; never holds NUL or unpaired surrogates. */
  readonly payload: string
  readonly grantId?: GrantId | undefined
  readonly accountId?: AccountId | undefined
  readonly clientId?: ClientId | undefined
  /** Session only. Not unique: two tabs may save one session under two ids (panva #1145); the newest wins. */
  readonly uid?: SessionUid | undefined
  /** DeviceCode only, hashed. Unique among the living of a tenant. */
  readonly userCode?: string | undefined
  /** Epoch seconds; undefined: lives until removed. */
  readonly expiresAt: number | undefined
}

export type FoundArtifact = Pick<Artifact, 'id' | 'payload'> & {
  /** Epoch seconds of its one use. */
  readonly consumedAt: number | undefined
}

/**
 * Port: where artifacts live. Every method is one atomic step. `at` is the caller's clock in epoch seconds: an artifact
 * past its expiry is not found, whether removed yet or not.
 */
export type ArtifactStore = {
  find(
    tenantId: TenantId,
    model: ArtifactModel,
    id: string,
    at: number,
  ): Promise<FoundArtifact | undefined>
  /** Session: the newest living artifact with this uid. */
  findByUid(tenantId: TenantId, uid: SessionUid, at: number): Promise<FoundArtifact | undefined>
  /** DeviceCode. */
  findByUserCode(
    tenantId: TenantId,
    userCode: string,
    at: number,
  ): Promise<FoundArtifact | undefined>
  /** Inserts or replaces payload and expiry. Never brings a consumed artifact back to unused. */
  upsert(tenantId: TenantId, artifact: Artifact): Promise<void>
  /**
   * Replaces payload and expiry of a living artifact that still holds `expected`; false when it is gone or holds something
   * else. For what was read before: a session ended meanwhile must not come back because a slow request saves it, nor
   * lose what another request has written.
   */
  update(tenantId: TenantId, artifact: Artifact, expected: string): Promise<boolean>
  /** Inserts where nothing lives under this id; true for exactly one of any number of concurrent callers (F2). */
  insert(tenantId: TenantId, artifact: Artifact): Promise<boolean>
  /** Marks as used; true for exactly one of any number of concurrent callers, false when used or missing (F1). */
  consume(tenantId: TenantId, model: ArtifactModel, id: string, at: number): Promise<boolean>
  /**
   * Takes a rotation back whose successor never left the house: the successor is removed, then the used one is unused
   * again. Does nothing when the used one is gone: revoked stays revoked.
   */
  undoRotation(
    tenantId: TenantId,
    model: ArtifactModel,
    rotation: { readonly used: string; readonly successor: string },
  ): Promise<void>
  /** Shortens the life of an artifact, never lengthens it. */
  expire(tenantId: TenantId, model: ArtifactModel, id: string, expiresAt: number): Promise<void>
  destroy(tenantId: TenantId, model: ArtifactModel, id: string): Promise<void>
  /** Session: takes every artifact with this uid away, living or not, and gives what they held. */
  destroyByUid(tenantId: TenantId, uid: SessionUid): Promise<readonly FoundArtifact[]>
  /** Removes the Grant itself and whatever hangs on it, in every model this store keeps. */
  destroyByGrant(tenantId: TenantId, grantId: GrantId): Promise<void>
  /** Removes everything of an account, or of a client, in every model this store keeps an owner of. */
  destroyByOwner(
    tenantId: TenantId,
    owner: { readonly accountId: AccountId } | { readonly clientId: ClientId },
  ): Promise<void>
  /** The same, of what one client has of one account. */
  destroyAccess(tenantId: TenantId, accountId: AccountId, clientId: ClientId): Promise<void>
  /** Removes at most `limit` artifacts that expired before `before`; how many were removed. A store that expires by itself answers 0. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** Lets somebody register clients by themselves (RFC 7591 §3: the initial access token). */
export type RegistrationTokens = {
  /** A bearer secret, shown once, good for any number of registrations in `lifetime` seconds. */
  issue(tenantId: TenantId, lifetime: number): Promise<string>
}

/** Port: the key of a tenant's pairwise subjects, sealed. */
export type SubjectKeyStore = {
  /** Keeps `sealed` where there is none yet; gives what is kept, the same to every caller. */
  getOrInsert(tenantId: TenantId, sealed: string): Promise<string>
}

/** One logout token that must reach one relying party (Back-Channel Logout 1.0 §2.5). */
export type LogoutNotice = {
  readonly id: string
  readonly tenantId: TenantId
  readonly clientId: ClientId
  readonly accountId: AccountId
  readonly sid: string | undefined
  readonly createdAt: Date
  /** How often delivery was tried, this time included. */
  readonly attempts: number
}

/** Port: a durable queue. At-least-once: a notice is gone only after `settle`. */
export type LogoutOutbox = {
  enqueue(notice: Omit<LogoutNotice, 'attempts'>): Promise<void>
  /** Claims up to `limit` due notices and hides them from every other process for `lease` seconds. */
  claimDue(options: {
    readonly limit: number
    readonly lease: number
  }): Promise<readonly LogoutNotice[]>
  settle(id: string): Promise<void>
  /** Makes it due again after `delay` seconds. */
  postpone(id: string, delay: number, reason: string): Promise<void>
}

/** What `interaction` may know of the authorization request that waits for a person. */
export type FlowDetails = {
  readonly uid: InteractionUid
  /** The Grant this session has for this client, if any: consent is added to it. */
  readonly grantId: GrantId | undefined
  readonly tenant: Tenant
  readonly client: Client
  /** What the engine wants next. */
  readonly prompt: 'login' | 'consent' | 'select_account'
  /** Why, in the engine's words: `no_session`, `max_age`, `login_prompt`, … */
  readonly reasons: readonly string[]
  /** Who is signed in on this browser now, if anyone. */
  readonly session: FlowSession | undefined
  /** What the application, or an API it asks for, wants proved. */
  readonly acr: AcrDemand | undefined
  readonly loginHint: string | undefined
  /** Where the application would have the person sign in. What it names need not exist. */
  readonly realm: RealmHint | undefined
  /** Seconds; OIDC Core §3.1.2.1. */
  readonly maxAge: number | undefined
  /** What it asks for in the words of somebody else. */
  readonly foreignAcrValues: readonly string[]
  readonly uiLocales: string | undefined
  /** Where the person goes in the end; its host is shown on the consent page. */
  readonly redirectUri: string | undefined
  /** What consent is asked for: only what was not allowed before. */
  readonly missing: ConsentRequest
  /** Everything the client asked for. */
  readonly requested: ConsentRequest
}

/** `domain`: whoever signs in the people of it. */
export type RealmHint =
  | { readonly kind: 'connection'; readonly id: string }
  | { readonly kind: 'domain'; readonly domain: string }

/** What was proved on this browser before. */
export type FlowSession = {
  readonly accountId: AccountId
  /** RFC 8176 values. */
  readonly amr: readonly string[]
  /** Epoch seconds; undefined: the session has ended meanwhile. */
  readonly authTime: number | undefined
  /** Through whom, if not here. */
  readonly via?: ConnectionId | undefined
  /** It ends no later; epoch seconds. */
  readonly until?: number | undefined
  /** By which session of theirs. */
  readonly foreign?: ForeignSession | undefined
}

/** Why somebody who is signed in is asked for more: see `FlowDetails.reasons`. */
export const stepUpReason = 'essential_acr'

export type FlowResult =
  | {
      readonly kind: 'login'
      readonly accountId: AccountId
      readonly acr: string
      readonly amr: readonly string[]
      readonly at: number
      /** Through whom, if not here. */
      readonly via?: ConnectionId | undefined
      /** The session ends no later; epoch seconds. */
      readonly until?: number | undefined
      /** By which session of theirs. */
      readonly foreign?: ForeignSession | undefined
    }
  | { readonly kind: 'select_account' }
  /** Kept together with the audit event of `requester` (Q91). */
  | {
      readonly kind: 'consent'
      readonly granted: ConsentRequest
      readonly requester: Pick<AuditEvent, 'ip' | 'userAgent' | 'requestId'>
    }
  /** Ends the request with an OAuth error the client is told of. */
  | {
      readonly kind: 'denied'
      readonly error: 'access_denied' | 'unmet_authentication_requirements'
      readonly description: string
    }

/** The engine, as the conversation sees it. Replaceable: nothing of `ctx.oidc` leaks through. */
export type AuthFlow = {
  /**
   * The interaction this browser is in. Undefined when the cookie is missing, belongs to another interaction than `uid`
   * (two tabs), or the interaction is over.
   */
  details(
    tenant: Tenant,
    uid: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<FlowDetails | undefined>
  /** Whether this interaction still waits for somebody, on whichever browser. */
  isPending(tenant: Tenant, uid: string): Promise<boolean>
  /** Stores the result; the address to answer with 303. Undefined when the interaction is over by now. */
  finish(
    details: FlowDetails,
    result: FlowResult,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<string | undefined>
}

/** What My account learned of who signed in to it, every check of OIDC Core §3.1.3.7 passed. */
export type AccountSignIn = {
  readonly accountId: AccountId
  /** The session of this provider the sign-in hangs on; stable while its cookie rotates. */
  readonly sessionUid: SessionUid
  /** When the person proved who they are, epoch seconds. */
  readonly authTime: number
  readonly acr: string | undefined
  /** To be shown again at sign-out. */
  readonly idToken: string
}

/** My account as a client of this provider: what it would do over the network, without one. */
export type AccountClient = {
  /** Redeems a code. Undefined when the code, or what came for it, is not what this attempt asked for. */
  redeem(
    tenant: Tenant,
    attempt: {
      readonly code: string
      readonly verifier: string
      readonly nonce: string
      readonly ip: string
    },
  ): Promise<AccountSignIn | undefined>
  /**
   * How this person signed in to this session; undefined when it is over, or somebody else's by now. Asked for every request,
   * never remembered (Q65).
   */
  signInBehind(
    tenantId: TenantId,
    sessionUid: SessionUid,
    accountId: AccountId,
  ): Promise<SignInFacts | undefined>
}
