import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Account } from '#account/account.ts'
import type { AuditEvent } from '#audit/audit.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Device, Place, SessionOwner, Visitor } from '#session/session.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'

/**
 * A browser on which a person need not give their second step for some days. It proves nothing: a sign-in on it is what
 * was proved there, and whoever asks for more than the tenant's own policy (`acr_values`, `max_age`, `prompt=login`, a
 * sensitive action, a doubtful sign-in) is not answered by it.
 */
export type TrustedDevice = {
  readonly tenantId: TenantId
  /** Names it in a list and opens nothing. */
  readonly id: string
  readonly accountId: AccountId
  /** SHA-256 of the 256 random bits the browser keeps. */
  readonly tokenHash: string
  /** As it described itself; described otherwise, it is another one. */
  readonly device: Device
  readonly place: Place | undefined
  /** When the oldest proof was given on whose word it is trusted: what ends that proof ends this (`isVoid`). */
  readonly trustedAt: Date
  /** To the minute. */
  readonly lastUsedAt: Date
  readonly expiresAt: Date
}

/** Port. What is past its end is not there, removed or not; what is of another account or tenant is not either (Q77). */
export type TrustedDeviceStore = {
  /** Writes it in the place of those of the same account that `instead` names by their hashes. */
  insert(
    device: TrustedDevice,
    instead: readonly string[],
    within: Transaction | undefined,
  ): Promise<void>
  /** The one of this account among these hashes. */
  find(owner: SessionOwner, hashes: readonly string[]): Promise<TrustedDevice | undefined>
  touch(device: TrustedDevice, at: Date): Promise<void>
  /** Last used first. */
  list(owner: SessionOwner): Promise<readonly TrustedDevice[]>
  /** True for exactly one of any number of concurrent callers. */
  remove(owner: SessionOwner, id: string, within: Transaction | undefined): Promise<boolean>
  /** How many there were. */
  removeAll(owner: SessionOwner, within: Transaction | undefined): Promise<number>
  /** See `Remover`. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** On whose word, for the audit. */
export type TrustedBy = Pick<AuditEvent, 'actor' | 'ip' | 'userAgent' | 'requestId'>

export type TrustedDevices = {
  /**
   * Trusts this browser for as many days as the tenant says: what its cookie keeps from now on; undefined where the
   * tenant trusts none. The caller has seen every proof the policy asks for.
   */
  trust(input: TrustDevice): Promise<string | undefined>
  /**
   * Whether this very browser was trusted for this account, and still is. Not after the account ended in any way, was
   * disabled, or the tenant shortened the time. Asked past every cache.
   */
  isTrusted(input: PresentedDevice): Promise<boolean>
  /** Those that are trusted still, last used first. */
  list(tenant: Tenant, account: Account): Promise<readonly TrustedDevice[]>
  /** Felt at once. `unknown`: not one of this person's, whosever it is (Q77). */
  remove(owner: SessionOwner, id: string, by: TrustedBy): Promise<'removed' | 'unknown'>
  /** How many there were. */
  removeAll(owner: SessionOwner, by: TrustedBy): Promise<number>
}

export type PresentedDevice = {
  readonly tenant: Tenant
  readonly account: Account
  /** What the browser's cookie holds, unverified. */
  readonly cookie: string | undefined
  readonly visitor: Visitor
}

export type TrustDevice = PresentedDevice & {
  readonly by: TrustedBy
  /** Of the oldest proof of this sign-in; epoch seconds. */
  readonly provedAt: number
}

/** The cookie of a tenant: one token for each account that trusts this browser, newest first. */
export type TrustedDeviceCookie = {
  read(tenant: Tenant, req: IncomingMessage): string | undefined
  write(tenant: Tenant, res: ServerResponse, value: string): void
}

/** As many accounts as a browser is trusted for. */
export const mostTokens = 5
