import type { Account } from '#account/account.ts'
import type { AuditActor, AuditEvent } from '#audit/audit.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import { codePoints, isHashableText } from '#kit/text.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'

export { readPasswordHash } from './imported-hash.ts'

/**
 * The password of an account, as it is kept: an argon2id PHC string, or an imported hash until its first sign-in, sealed at
 * (tenant, 'passwords', account) (Q31).
 */
export type StoredPassword = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly sealedPhc: string
  readonly updatedAt: Date
}

/** Port. */
export type PasswordStore = {
  find(
    tenantId: TenantId,
    accountId: AccountId,
    within?: Transaction,
  ): Promise<StoredPassword | undefined>
  /** Writes or overwrites. */
  put(password: StoredPassword, within?: Transaction): Promise<void>
  /**
   * Overwrites only while `expected` is still what is kept, in one atomic step: a password that was changed meanwhile
   * must not come back.
   */
  replace(password: StoredPassword, expected: string): Promise<boolean>
  /** False when there was none. */
  remove(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<boolean>
}

/**
 * argon2id with bounded concurrency (Q30, R14); imported hashes of other kinds are verified within the same bounds. Every
 * method normalises to NFC first (Q27).
 */
export type PasswordHasher = {
  /**
   * Throws `Unavailable` when no more hashes may wait now. Asked before anything is counted, so that shedding load costs
   * neither a store call nor a person's tries.
   */
  admit(): void
  hash(password: string): Promise<string>
  /**
   * Takes as long as the dummy for every hash of the current parameters. An imported one takes what its own parameters
   * cost, so until its first right sign-in the time of a wrong one may tell that such an account is here; what equalised
   * that would cost everybody the slowest import.
   */
  verify(phc: string, password: string): Promise<boolean>
  /** True when it is not argon2id of the current parameters. */
  needsRehash(phc: string): boolean
  /** Of the current parameters, and no password's: what is hashed against when there is nothing to compare (Q73). */
  readonly dummy: string
}

/** Port: true when a service knows this password from a breach. Never rejects, takes about a second at most. */
export type IsBreached = (password: string) => Promise<boolean>

/** The mark of a browser a person has signed in from: guessing elsewhere does not lock it out (Q37). */
export type DeviceCookies = {
  /** The value of a cookie that lives 180 days. */
  issue(tenantId: TenantId, accountId: AccountId): string
  /**
   * What stands for the device of somebody who is signed in, where no cookie reaches: always the same for one session, so
   * that whoever stole it has one bucket of tries.
   */
  ofSession(tenantId: TenantId, accountId: AccountId, session: SignedInSession): string
  /** True when this value was issued for this account, after whatever ended it last (Q54). */
  matches(
    tenantId: TenantId,
    accountId: AccountId,
    value: string | undefined,
    endedAt: Date | undefined,
  ): boolean
}

export type SignedInSession = {
  readonly uid: SessionUid
  /** When the person last proved who they are, epoch seconds. */
  readonly authTime: number
}

export type Passwords = {
  /**
   * Sets or changes the password. Without `within` it also calls `liftLimits`; a caller with a transaction of its own does
   * that once it is over. Whoever changes a password also ends the account's other sessions (Q17): that is the caller's
   * to decide, a first password ends nothing.
   */
  setPassword(input: SetPassword, within?: Transaction): Promise<SetPasswordResult>
  /**
   * The slow half of `setPassword`: checks and hashes, and changes nothing, so that no transaction waits for it. Whoever
   * keeps it calls `liftLimits` once that is over.
   */
  prepare(input: SetPassword): Promise<PreparedPassword>
  /** False when there was none. Ends nothing: see `setPassword`. */
  removePassword(
    input: Pick<SetPassword, 'account' | 'actor' | 'requester'>,
    within: Transaction | undefined,
  ): Promise<boolean>
  /**
   * As `setPassword` with the hash another system made of the password (Q32), which no rule of choosing can look into. It is
   * replaced by one of ours at the first right sign-in.
   */
  importHash(input: ImportHash, within?: Transaction): Promise<ImportHashResult>
  /** Ends the waits that wrong passwords brought, from every unknown device. */
  liftLimits(tenantId: TenantId, accountId: AccountId): Promise<void>
  hasPassword(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<boolean>
}

export type SetPassword = {
  readonly tenant: Tenant
  readonly account: Account
  readonly password: string
  readonly actor: AuditActor
  readonly requester?: ChangeRequester | undefined
  /** For the audit: `reset`. */
  readonly how?: string | undefined
}

export type ImportHash = Omit<SetPassword, 'password'> & {
  /** See `readPasswordHash`. */
  readonly hash: string
}

export type ImportHashResult =
  | { readonly outcome: 'set' }
  /** A sentence for the operator after the name of the field; never quotes the hash. */
  | { readonly outcome: 'refused'; readonly reason: string }

/** Where a change was asked from. */
export type ChangeRequester = Pick<AuditEvent, 'ip' | 'userAgent' | 'requestId'>

export type SetPasswordResult =
  | { readonly outcome: 'set' }
  | { readonly outcome: 'refused'; readonly reason: PasswordProblem }

export type PreparedPassword =
  | { readonly outcome: 'ready'; keep(within: Transaction | undefined): Promise<void> }
  | Extract<SetPasswordResult, { outcome: 'refused' }>

/** Why a password may not be chosen. `breached`: a service the operator chose knows it from a breach. */
export const passwordProblems = [
  'malformed',
  'too_long',
  'too_short',
  'common',
  'context',
  'breached',
] as const

export type PasswordProblem = (typeof passwordProblems)[number]

export type PasswordRules = {
  /** Code points. */
  readonly minLength: number
  /** Words an attacker would try first: see `contextWords`. */
  readonly context: readonly string[]
  readonly isCommon: (password: string) => boolean
}

/** Code points, so at most 1024 bytes: also the bound of what is ever hashed (Q26). */
export const longestPassword = 256

/** Why a password may not be chosen (Q26-Q29); undefined when it may. There are no other rules. */
export function passwordProblem(
  password: string,
  rules: PasswordRules,
): PasswordProblem | undefined {
  if (!isHashableText(password)) return 'malformed'
  if (isTooLong(password)) return 'too_long'
  if (codePoints(normalizePassword(password)) < rules.minLength) return 'too_short'
  if (rules.isCommon(password)) return 'common'
  return isMadeOf(password, rules.context) ? 'context' : undefined
}

/** True when this can be the password of anybody at all; otherwise it is neither counted nor hashed. */
export function canBePassword(password: string): boolean {
  return password !== '' && isHashableText(password) && !isTooLong(password)
}

/** NFC, and nothing else: no trimming, no case change (Q27). */
export function normalizePassword(password: string): string {
  return password.normalize('NFC')
}

/** The words of a person, their tenant and this product that make no password (Q28). */
export function contextWords(
  tenant: Tenant,
  account: Pick<Account, 'email' | 'profile'>,
): string[] {
  const { name, given_name, family_name, preferred_username } = account.profile
  const texts = [account.email, name, given_name, family_name, preferred_username]
  const places = ['signet', tenant.name, tenant.slug, URL.parse(tenant.issuer)?.hostname]
  const words = [...texts, ...places].flatMap((text) => text?.split(/[^\p{L}\p{N}]+/u) ?? [])
  return [...new Set(words.map(folded))].filter((word) => codePoints(word) >= 3)
}

function isTooLong(password: string): boolean {
  if (password.length > 4 * longestPassword) return true // before any work on it
  return codePoints(normalizePassword(password)) > longestPassword
}

/** True when nothing but digits, signs and spaces is left once the words are taken out. */
function isMadeOf(password: string, words: readonly string[]): boolean {
  const whole = folded(password)
  const longestFirst = words.map(folded).sort((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), whole)
  return rest !== whole && !/\p{L}/u.test(rest)
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
