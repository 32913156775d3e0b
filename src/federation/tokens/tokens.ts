import type { AccountId, ClientId, ConnectionId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Connection, FailureReason, Requesting } from '../federation.ts'
import type { IdentityKey } from '../identity/identity.ts'

/**
 * What people let us do elsewhere, where a connection keeps it (`stores_tokens`, off unless somebody says otherwise). Sealed
 * for one identity; given to nobody but an application of the tenant with a right of its own, and the refresh token to nobody.
 */
export type UpstreamTokens = {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** Epoch seconds; undefined: it was not said. */
  readonly expiresAt: number | undefined
  readonly scope: string | undefined
  /** Of whom they are, and our name there: a refresh token goes to nobody else, whatever the connection is set to by now. */
  readonly server: string
  readonly clientId: string
}

/** Seals for one identity; what was copied to another row, connection or tenant does not open. */
export type TokenSafe = {
  seal(key: IdentityKey, tokens: UpstreamTokens): string
  /** Undefined for what was sealed elsewhere, changed, or sealed under a secret that is gone. */
  open(key: IdentityKey, sealed: string): UpstreamTokens | undefined
}

/** What is kept of one identity. */
export type KeptTokens = {
  readonly key: IdentityKey
  readonly sealed: string
  /** Somebody refreshes them now, or nobody is to try again yet; until then. */
  readonly refresh: { readonly isUnderWay: boolean; readonly until: Date } | undefined
}

/** Port. Every method is one atomic step. What is kept goes with its identity: with its account, and with its connection. */
export type TokenStore = {
  find(owner: TokensOwner): Promise<KeptTokens | undefined>
  /**
   * Replaces what is kept, and ends the refresh that is under way: that of `by`, where it is given, or else any. False
   * when there is no such identity, when it is not `by` who refreshes, or when the connection is not active or at another
   * version: it waits for who changes the connection, so that nothing is kept after it was told to keep nothing.
   */
  keep(
    key: IdentityKey,
    sealed: string,
    at: { readonly version: number; readonly by?: string },
  ): Promise<boolean>
  /** True for exactly one of any number of callers in any number of processes, and only while `sealed` is what is kept. */
  claim(kept: Pick<KeptTokens, 'key' | 'sealed'>, claim: RefreshClaim): Promise<boolean>
  /** Lets nobody try again before `until`. */
  rest(key: IdentityKey, by: string, until: Date): Promise<void>
  /** False when something else is kept by now. */
  drop(kept: Pick<KeptTokens, 'key' | 'sealed'>): Promise<boolean>
  /** All of a connection, and who refreshes them keeps nothing. */
  dropAll(tenantId: TenantId, connectionId: ConnectionId, within?: Transaction): Promise<void>
}

export type TokensOwner = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
}

export type RefreshClaim = {
  readonly by: string
  readonly now: Date
  /** When it is over, whatever became of who made it. */
  readonly until: Date
}

/** Port. Asks the other side for new ones, within five seconds. Implemented by `oidc/`. */
export type RefreshTokens = (
  connection: Connection,
  key: IdentityKey,
  tokens: UpstreamTokens,
) => Promise<Refreshed>

export type Refreshed =
  | { readonly kind: 'refreshed'; readonly tokens: UpstreamTokens }
  /** They are worth nothing any more; why, for the audit event. */
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly detail: string }

/** What an application asks for, for somebody who is signed in to it. */
export type TokenAccess = {
  access(asked: AskedToken): Promise<GivenToken>
}

export type AskedToken = {
  readonly tenant: Tenant
  /** Of a living account, and a living application that has the right: the caller has looked. */
  readonly accountId: AccountId
  readonly clientId: ClientId
  readonly connectionId: ConnectionId
  readonly requester: Requesting
}

export type GivenToken =
  | {
      readonly kind: 'given'
      readonly accessToken: string
      /** Epoch seconds. */
      readonly expiresAt: number | undefined
      readonly scope: string | undefined
    }
  /** Nothing is kept: of this person, or by this connection. */
  | { readonly kind: 'unknown' }
  /** It was kept and is worth nothing any more: they sign in there again. */
  | { readonly kind: 'over' }
  /** Seconds until it is worth asking again. */
  | { readonly kind: 'unavailable' | 'too_many'; readonly retryAfter: number }
