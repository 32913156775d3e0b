import type { Account, Profile } from '#account/account.ts'
import type { AuditActor } from '#audit/audit.ts'
import type { AccountId, ConnectionId, TenantId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import type { StrongMethod } from '#login/password/change/change.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Connection, Requesting } from '../federation.ts'

/**
 * Who somebody is elsewhere, and whose account that is here. The key is what the other side never gives to anybody else:
 * connection, issuer and subject, byte for byte (Q60). An address is only ever for people to read.
 */
export type Identity = IdentityKey & {
  readonly accountId: AccountId
  /** What the other side said when it was linked. */
  readonly email: string | undefined
  readonly createdAt: Date
  readonly lastUsedAt: Date | undefined
}

export type IdentityKey = {
  readonly tenantId: TenantId
  readonly connectionId: ConnectionId
  readonly issuer: string
  readonly subject: string
}

/** Bytes of issuer and subject together: what an index holds. */
export const longestKey = 2000

/** False for what no store can keep, and no honest provider sends. */
export function canBeKept({ issuer, subject }: Pick<IdentityKey, 'issuer' | 'subject'>): boolean {
  const both = issuer + subject
  return subject !== '' && isCleanText(both) && Buffer.byteLength(both) <= longestKey
}

/** Port. What is of another tenant is not there. Rows go with their account. */
export type IdentityStore = {
  find(key: IdentityKey, within?: Transaction): Promise<Identity | undefined>
  /** Oldest first. */
  list(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<readonly Identity[]>
  /** One atomic step: false when it is linked already, or its account has another of the connection. */
  insert(identity: Identity, within?: Transaction): Promise<boolean>
  /**
   * SECURITY: whether one opens the account now, beside that of `except`: it was used, and its connection is active. One that was
   * never tried must not be what somebody is left with.
   */
  hasWayIn(
    owner: Owner & Pick<IdentityKey, 'tenantId'>,
    except: ConnectionId | undefined,
    within?: Transaction,
  ): Promise<boolean>
  /** Remembers a sign-in. False when it is not, or no longer, this account's. */
  use(identity: IdentityKey & Owner, at: Date, within?: Transaction): Promise<boolean>
  /** Gives what was removed to exactly one of any number of callers. */
  remove(
    owner: Owner & Pick<IdentityKey, 'tenantId' | 'connectionId'>,
    within?: Transaction,
  ): Promise<Identity | undefined>
  /** What was removed. */
  removeAll(
    tenantId: TenantId,
    accountId: AccountId,
    within?: Transaction,
  ): Promise<readonly Identity[]>
}

type Owner = { readonly accountId: AccountId }

/** What a connection may decide about accounts here. */
export type AccountRules = {
  /** Whether somebody unknown is made an account: anybody, nobody, or people of these domains. */
  readonly justInTime: 'on' | 'off' | 'domains'
  /** Lower case, in punycode; a subdomain is another. */
  readonly justInTimeDomains: readonly string[]
  /**
   * Those it owns, proved to be the tenant's. Its word on an address counts within them alone; outside of them nobody comes
   * in through it (reference/federation.md §3.7).
   */
  readonly domains: readonly OwnedDomain[]
  /** An account with an address of its domain is the same person's, and linked by itself. */
  readonly linksByVerifiedDomain: boolean
  /** Given to who is made an account, and to who has none of the mapped groups. */
  readonly defaultRoles: readonly string[]
  /** Exact value over there to roles and groups of this tenant. Those named here come and go with every sign-in. */
  readonly groups: ReadonlyMap<string, Membership>
  /** Which claim or attribute says what; first value. `groups`: all of them. */
  readonly mapping: ReadonlyMap<string, MappedField>
  /** `when_empty`: what a person has written here stays. */
  readonly mappingMode: 'always' | 'when_empty'
  /** One of them, unless it is empty. */
  readonly requiredAcr: readonly string[]
  /** All of them. */
  readonly requiredAmr: readonly string[]
  /** Seconds since they signed in over there. */
  readonly maxAuthAge: number | undefined
  /** Values of `acr` or `amr` that are more than one factor; empty where its word on that is not taken. */
  readonly multiFactorValues: readonly string[]
}

export type OwnedDomain = { readonly name: string; /** SSO only. */ readonly isEnforced: boolean }

export type Membership = { readonly roles: readonly string[]; readonly groups: readonly string[] }

export const mappedFields = [
  'name',
  'given_name',
  'family_name',
  'picture',
  'locale',
  'email',
  'groups',
] as const satisfies readonly (keyof Profile | 'email' | 'groups')[]

export type MappedField = (typeof mappedFields)[number]

/** Port. Implemented by `connection/`, past every cache. */
export type AccountRulesOf = (connection: Connection) => Promise<AccountRules>

/**
 * Port: replaces what somebody let us do there, sealed for this identity; nothing where the connection is at another version
 * by now. Implemented by `tokens/`.
 */
export type KeepTokens = (
  key: IdentityKey,
  sealed: string,
  at: { readonly version: number },
) => Promise<boolean>

/** Takes all of them from an account that has a new owner (Q62). */
export type RemoveAllIdentities = (
  account: Account,
  actor: AuditActor,
  within: Transaction | undefined,
) => Promise<number>

/** Port: tells a person wherever they can be reached. `taken_over`: and what opened the account before opens it no more. */
export type TellIdentity = (
  change: {
    readonly tenant: Tenant
    readonly account: Account
    readonly what: 'linked' | 'unlinked' | 'taken_over'
    readonly connection: Pick<Connection, 'name'>
    readonly ip: string
  },
  within: Transaction | undefined,
) => Promise<void>

/** A person's own identities elsewhere: one more way in, as strong as a password. */
export type ConnectedAccounts = StrongMethod & {
  /** Oldest first. */
  list(tenantId: TenantId, accountId: AccountId): Promise<readonly ConnectedAccount[]>
  unlink(input: Unlink): Promise<UnlinkResult>
}

export type ConnectedAccount = Identity & {
  /** Undefined: it is gone. */
  readonly connection: Connection | undefined
}

export type Unlink = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  /** When this person last proved who they are, in the session that asks; epoch seconds (Q64). */
  readonly provedAt: number
  readonly requester: Requesting
}

export type UnlinkResult = {
  /** `last_way_in`: nothing else would open the account. `needed`: nobody of this domain signs in another way. */
  readonly kind: 'unlinked' | 'unknown' | 'last_way_in' | 'needed' | 'step_up' | 'over'
}

/** Port: whether something else than an identity opens the account. Looked at on the locked account. */
export type OwnWays = (
  tenant: Tenant,
  account: Account,
  within: Transaction | undefined,
) => Promise<boolean>
