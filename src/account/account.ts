import type { AccountId, TenantId } from '#kit/ids.ts'
import type { AuditActor, AuditEvent } from '#audit/audit.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Profile } from './profile.ts'

export { isProfileValue, profileKinds } from './profile.ts'
export type { Profile } from './profile.ts'
export { mailEveryAddress } from './reach.ts'
export type { Reach } from './reach.ts'

/** Who has it administers the tenant. */
export const adminRole = 'admin'

/** A person in a tenant. How they prove it is not here: see `login/`. */
export type Account = {
  readonly tenantId: TenantId
  /** Also the public `sub`. Random, never reused (Q20). */
  readonly id: AccountId
  /** As the person wrote it: where mail goes. */
  readonly email: string
  /** `canonicalEmail(email)`: what is looked up; unique in the tenant. */
  readonly emailCanonical: string
  readonly emailVerified: boolean
  readonly profile: Profile
  /** Names of roles and groups, as they appear in the `roles` and `groups` claims. */
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly status: AccountStatus
  /** Whatever this person proved up to here is void: see `isVoid`. */
  readonly endedAt: Date | undefined
  /** When this person is erased, because they asked for it. */
  readonly leavesAt?: Date | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

/**
 * Only `active` may sign in, and only its tokens are alive (Q18). Who is `leaving` asked for the end of the account: a
 * sign-in offers to take that back, and nothing else, until `leavesAt`.
 */
export type AccountStatus = 'active' | 'disabled' | 'leaving' | 'deleted'

/** Whether a way of signing in may take a proof of this account at all. What the proof opens, `interaction` decides. */
export function mayProve(account: Pick<Account, 'status'>): boolean {
  return account.status === 'active' || account.status === 'leaving'
}

/**
 * True for a sign-in that must open nothing any more (Q17, Q65). Removing rows alone cannot promise that: a request under
 * way writes new ones, and a password proved a moment before waits for its next step. A proof of the very second of the
 * end counts as before it.
 */
export function isVoid(account: Pick<Account, 'endedAt'>, provedAt: number): boolean {
  return account.endedAt !== undefined && provedAt * 1000 <= account.endedAt.getTime()
}

/**
 * Port. Finders return accounts of every status: the caller decides. `find` inside a transaction also locks the account
 * until it ends, so that what is decided on it cannot be overtaken.
 */
export type AccountStore = {
  find(tenantId: TenantId, id: AccountId, within?: Transaction): Promise<Account | undefined>
  findByEmail(
    tenantId: TenantId,
    emailCanonical: string,
    within?: Transaction,
  ): Promise<Account | undefined>
  /** Ordered by canonical email. */
  list(tenantId: TenantId, within?: Transaction): Promise<readonly Account[]>
  /** At most `limit` active accounts with any of these roles, oldest first. */
  listWithRole(
    tenantId: TenantId,
    roles: readonly string[],
    limit: number,
  ): Promise<readonly Account[]>
  /** False when the canonical email is taken in this tenant. */
  insert(account: Account, within?: Transaction): Promise<boolean>
  /** Replaces all but id and createdAt; false when there is none, or the new email is taken. */
  update(account: Account, within?: Transaction): Promise<boolean>
  /** At most `limit` accounts, of any tenant, whose `leavesAt` is not after `at`. */
  listLeft(at: Date, limit: number): Promise<readonly Account[]>
  /** Removes the account, and with it whatever a table of another room keeps of it. */
  remove(tenantId: TenantId, id: AccountId, within?: Transaction): Promise<void>
}

export type Accounts = {
  /** Of any status, straight from the store: for the decisions that must not be late. */
  find(tenantId: TenantId, id: AccountId): Promise<Account | undefined>
  /** Only an active account; cached for at most a second. Ending an account also ends its artifacts, so a late cache opens nothing. */
  findActive(tenantId: TenantId, id: AccountId): Promise<Account | undefined>
  findByEmail(tenantId: TenantId, email: string): Promise<Account | undefined>
  list(tenantId: TenantId): Promise<readonly Account[]>
  /** At most `limit` active ones with any of these roles, oldest first. */
  listWithRole(
    tenantId: TenantId,
    roles: readonly string[],
    limit: number,
  ): Promise<readonly Account[]>
  create(input: CreateAccount, within?: Transaction): Promise<CreateAccountResult>
  /** Replaces profile, roles, groups and email_verified (seed and CLI). */
  update(account: Account, actor: AuditActor, within?: Transaction): Promise<void>
  /**
   * Ends every session, grant and token, and voids every proof there was: after a new password, or on the person's wish.
   * False when there is no such account. Rejects with `Unavailable` when not everything was reached: calling again
   * finishes the job.
   */
  end(tenantId: TenantId, id: AccountId, actor: AuditActor): Promise<boolean>
  /**
   * Decides and changes on the locked account, of any status, in one transaction with whatever `work` does within it.
   * Undefined when there is no such account. Rejects with `Unavailable` when `work` ended it and not everything was
   * reached; all is void by then, and `end` finishes the job.
   */
  hold<T>(
    tenantId: TenantId,
    id: AccountId,
    work: (held: HeldAccount) => Promise<T>,
  ): Promise<T | undefined>
  /**
   * Changes the status; when it is no longer active, ends everything as `end` does, and may have to be called again.
   * False when there is no such account, or it is deleted and should be something else.
   */
  setStatus(
    tenantId: TenantId,
    id: AccountId,
    status: Exclude<AccountStatus, 'leaving'>,
    actor: AuditActor,
  ): Promise<boolean>
}

/** Use cases of a person who leaves for good (GDPR Art. 17). */
export type Departures = {
  /**
   * Ends everything at once, and the account itself 14 days later: when; undefined unless the account is active. Rejects
   * with `Unavailable` as `Accounts.end` does.
   */
  leave(tenantId: TenantId, id: AccountId, by: DepartureBy): Promise<Date | undefined>
  /** Takes it back. True for exactly one of any number of concurrent callers, and only in time. */
  stay(tenantId: TenantId, id: AccountId, by: DepartureBy): Promise<boolean>
  /**
   * Erases at most `limit` people whose time was over before `before` (epoch seconds), whatever their status; how many.
   * The address is free again, the `sub` is nobody's for ever (Q20).
   */
  eraseLeft(before: number, limit: number): Promise<number>
}

export type DepartureBy = Pick<AuditEvent, 'actor' | 'ip' | 'userAgent' | 'requestId'>

/** Port: tells a person when the account ends, with the decision. */
export type LeavingNotice = (
  account: Account,
  leavesAt: Date,
  within: Transaction | undefined,
) => Promise<void>

/** Seconds in which a departure can be taken back. */
export const departureTime = 14 * 24 * 3600

/** An account nobody else changes until the transaction it was read in is over. */
export type HeldAccount = {
  readonly account: Account
  readonly within: Transaction | undefined
  /** False when the new address is another account's: then nothing was changed. */
  save(
    change: Partial<
      Pick<
        Account,
        'email' | 'emailCanonical' | 'emailVerified' | 'profile' | 'status' | 'leavesAt'
      >
    >,
  ): Promise<boolean>
  /** As `Accounts.end`: every proof there was is void with this transaction, the artifacts end after it. */
  end(actor: AuditActor): Promise<void>
}

export type CreateAccount = {
  readonly tenantId: TenantId
  /** Drawn when left out; given by whoever seals something for the account before there is one. */
  readonly id?: AccountId | undefined
  readonly email: string
  readonly emailVerified: boolean
  readonly profile: Profile
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly actor: AuditActor
}

export type CreateAccountResult =
  | { readonly outcome: 'created'; readonly account: Account }
  | { readonly outcome: 'email_taken' }
  | { readonly outcome: 'email_invalid' }

/** What must end when an account does. Implemented by `oidc`, called by the service (Q17, Q65). */
export type AccountArtifactEnder = {
  /** Sessions, grants, refresh tokens, opaque access tokens, codes. */
  endAccount(tenantId: TenantId, accountId: AccountId): Promise<void>
}

/** Port: addresses that are no account's just now, and still not free: see `login/email-change`. */
export type KeptAddresses = {
  /**
   * True when one of these is kept for an account other than `except`. Until the transaction is over nobody else keeps or
   * takes any of them.
   */
  isKept(
    tenantId: TenantId,
    emailsCanonical: readonly string[],
    options: { readonly except?: AccountId | undefined },
    within: Transaction | undefined,
  ): Promise<boolean>
}
