import type { Client } from '#client/client.ts'
import type { SignInFacts } from '#federation/federation.ts'
import type { AccountId, ConnectionId, SessionUid } from '#kit/ids.ts'
import type { ForeignSession } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'

/**
 * The engine's token endpoint, asked from inside the house by a front end that shows its own pages: the same client
 * authentication, the same models, the same rotation, the same guards, because it is the same endpoint.
 */
export type DirectTokens = {
  /**
   * Authenticates the client as it is registered, then does `work` for it; nothing is done for one that fails. Where the
   * work ends in a sign-in, tokens are issued for it, bound to a new session that no cookie leads to: ending that session
   * ends them all (Q17). Rejects with whatever `work` rejects with, and with `Unavailable` when a store is down.
   */
  asClient<Result>(
    call: DirectCall,
    work: (client: Client) => Promise<SignIn | Done<Result>>,
  ): Promise<IssuedTokens | Done<Result> | ClientRefused>
  /** The engine's own rotation; the session counts as used. */
  refresh(call: DirectCall, refreshToken: string): Promise<IssuedTokens | ClientRefused>
  /** Whose token for this API it is, while its session, Grant and client live; anything else is undefined (Q79). */
  identify(tenant: Tenant, accessToken: string): Promise<TokenOwner | undefined>
}

export type DirectCall = {
  readonly tenant: Tenant
  readonly credentials: ClientCredentials
  readonly requester: { readonly ip: string; readonly userAgent: string | undefined }
  /** Of the calling page: the engine lets in those the client registered. */
  readonly origin: string | undefined
}

/** RFC 6749 §2.3, RFC 7523 §2.2: whatever of it the client uses. */
export type ClientCredentials = {
  /** The header, for `client_secret_basic`. */
  readonly authorization?: string | undefined
  readonly client_id?: string | undefined
  readonly client_secret?: string | undefined
  readonly client_assertion?: string | undefined
  readonly client_assertion_type?: string | undefined
}

/** Somebody proved who they are. */
export type SignIn = {
  readonly kind: 'sign_in'
  readonly accountId: AccountId
  readonly acr: string
  readonly amr: readonly string[]
  /** Epoch seconds. */
  readonly at: number
  /** Through whom, if not here; and the session ends no later, epoch seconds. */
  readonly via?: ConnectionId | undefined
  readonly until?: number | undefined
  /** By which session of theirs. */
  readonly foreign?: ForeignSession | undefined
}

/** The work is over without a sign-in. */
export type Done<Result> = { readonly kind: 'done'; readonly result: Result }

export type IssuedTokens = {
  readonly kind: 'tokens'
  readonly accessToken: string
  readonly tokenType: 'Bearer'
  /** Seconds. */
  readonly expiresIn: number
  readonly scope: string
  readonly idToken: string
  /** Only for a client registered for `refresh_token`. */
  readonly refreshToken: string | undefined
}

export type ClientRefused = {
  readonly kind: 'refused'
  /**
   * `client`: it could not be authenticated. `request`: its authentication contradicts itself. `right`: it may not use
   * this API. `origin`: not a page of its own. `grant`: the refresh token is not good, or no longer.
   */
  readonly reason: 'client' | 'right' | 'origin' | 'grant' | 'request' | 'too_many'
  /** Seconds. */
  readonly retryAfter?: number | undefined
}

export type TokenOwner = {
  readonly accountId: AccountId
  readonly client: Client
  readonly sessionUid: SessionUid
  /** When the person proved who they are, epoch seconds. */
  readonly provedAt: number
  readonly signIn: SignInFacts
  /** Of the token, each of which its application may still have. */
  readonly scopes: readonly string[]
}

/** The audience of access tokens for the JSON API of a tenant: its address. */
export function apiAudience(tenant: Pick<Tenant, 'issuer'>): string {
  return `${tenant.issuer}/api/v1`
}

/** What an access token for it is good for: one's own account. */
export const apiScope = 'account'

/** A right of its own, which a client has by its `upstream_tokens` alone (Logto CVE-2026-63203). */
export const upstreamTokensScope = 'upstream_tokens'

/** What an access token of this client for the JSON API is good for. */
export function apiScopesOf({ metadata }: Pick<Client, 'metadata'>): readonly string[] {
  return metadata.upstream_tokens ? [apiScope, upstreamTokensScope] : [apiScope]
}
