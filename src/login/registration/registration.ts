import type { Account } from '#account/account.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant, TenantSettings } from '#tenant/tenant.ts'
import type {
  CodeVerdict,
  CodeProved,
  IssuedCode,
  LinkOver,
  LinkView,
  OpenLink,
  VerifyCode,
} from '../email-code/email-code.ts'
import type { Requester } from '../login.ts'
import type { PasswordProblem } from '../password/password.ts'

/**
 * How people come in by themselves. The address is proved first; only then is there an account, and only then a password
 * is chosen: nobody can leave a credential behind for whoever comes later (Q62).
 */
export type Registrations = {
  /** False where nobody, or without an invitation not this person, can register. What the pages offer follows from it. */
  isOpenTo(tenant: Tenant, invitation: Invitation | undefined): boolean
  /** Mails a code; to an address that has an account, a mail that says so. The answer is the same (Q73). */
  begin(input: BeginRegistration): Promise<BeginResult>
  verify(input: Omit<VerifyCode, 'purpose'>): Promise<ApplicantVerdict>
  look(input: Omit<OpenLink, 'purpose'>): Promise<LinkView>
  consume(input: Omit<OpenLink, 'purpose'>): Promise<ApplicantProved | LinkOver>
  /** Makes the account with its password and agreements, and uses the invitation up: all of it, or nothing. */
  create(input: CreateRegistered): Promise<CreateRegisteredResult>
}

export type BeginRegistration = {
  readonly tenant: Tenant
  readonly email: string
  readonly name: string
  /** The person agreed to what `documentsOf` lists. */
  readonly agreed: boolean
  readonly invitation?: Invitation | undefined
  readonly browser: string
  /** The caller's own; comes back with the proof. */
  readonly data?: Readonly<Record<string, string>> | undefined
  readonly requester: Requester
  /** The reader's language. */
  readonly locale: string
}

/**
 * What the form lacks. `closed`: nobody registers here, or not without an invitation, or not with this one.
 * `email_domain`: only some domains may.
 */
export const registrationProblems = [
  'closed',
  'email_required',
  'email_invalid',
  'email_domain',
  'name_required',
  'name_too_long',
  'agreement_required',
] as const

export type RegistrationProblem = (typeof registrationProblems)[number]

export type BeginResult =
  | ({ readonly outcome: 'sent' } & IssuedCode)
  | { readonly outcome: 'refused'; readonly reason: RegistrationProblem }

/** Somebody who proved their address, with what they said before. */
export type Applicant = {
  readonly email: string
  readonly name: string
  readonly locale: string
  readonly agreements: readonly Pick<Agreement, 'document' | 'version'>[]
  /** Epoch seconds. */
  readonly agreedAt: number
  readonly invitationId: string | undefined
}

export type ApplicantProved = {
  readonly kind: 'proved'
  readonly applicant: Applicant
  readonly data: Readonly<Record<string, string>>
}

export type ApplicantVerdict = ApplicantProved | Exclude<CodeVerdict, CodeProved>

export type CreateRegistered = {
  readonly tenant: Tenant
  readonly applicant: Applicant
  /** Undefined: none, where the tenant lets people sign in by mail. */
  readonly password: string | undefined
  readonly requester: Requester
}

export type CreateRegisteredResult =
  | { readonly outcome: 'created'; readonly account: Account }
  | { readonly outcome: 'refused'; readonly reason: PasswordProblem | 'required' }
  /** Meanwhile somebody has this address, the invitation is used or revoked, or registration is closed. */
  | { readonly outcome: 'over' }

export type AgreementDocument = 'terms' | 'privacy'

export type Agreement = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly document: AgreementDocument
  readonly version: string
  readonly agreedAt: Date
}

/** Port. */
export type AgreementStore = {
  /** What was agreed to before stays as it was. */
  put(agreements: readonly Agreement[], within?: Transaction): Promise<void>
  /** Oldest first. */
  list(tenantId: TenantId, accountId: AccountId): Promise<readonly Agreement[]>
}

/** Lets one address register once, where registration is not closed. */
export type Invitation = {
  readonly tenantId: TenantId
  readonly id: string
  /** Canonical. */
  readonly email: string
  readonly tokenHash: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | undefined
  readonly revokedAt: Date | undefined
}

/** Port. */
export type InvitationStore = {
  insert(invitation: Invitation, within?: Transaction): Promise<void>
  findByToken(tenantId: TenantId, tokenHash: string): Promise<Invitation | undefined>
  /** Newest first. */
  list(tenantId: TenantId): Promise<readonly Invitation[]>
  /** One atomic step; true for exactly one caller, and only while it is neither used, revoked nor over. */
  use(tenantId: TenantId, id: string, at: Date, within?: Transaction): Promise<boolean>
  /** False when there is none, or it was used or revoked. */
  revoke(tenantId: TenantId, id: string, at: Date, within?: Transaction): Promise<boolean>
  /** Removes at most `limit` that were over `invitationKept` before `before` (epoch seconds); how many were removed. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** Seconds for which it is told who was invited, once an invitation is over: it holds an address. */
export const invitationKept = 30 * 24 * 3600

export type Invitations = {
  /** Mails a link that lives `lifetime` seconds, at most a day (Q33); a newer one does not void an older. */
  create(input: {
    readonly tenant: Tenant
    readonly email: string
    readonly lifetime: number
  }): Promise<
    | { readonly outcome: 'created'; readonly invitation: Invitation; readonly link: string }
    | { readonly outcome: 'email_invalid' }
    | { readonly outcome: 'email_taken' }
  >
  /** Undefined unless it can still be used. */
  find(tenant: Tenant, token: string | undefined): Promise<Invitation | undefined>
  list(tenantId: TenantId): Promise<readonly Invitation[]>
  revoke(tenantId: TenantId, id: string): Promise<boolean>
}

/** Seconds. */
export const longestInvitation = 24 * 3600

/** Path of the page an invitation opens, below the issuer; the token follows. */
export const invitationPage = '/invite'

/** An invitation opens whatever is not closed; without one, `invite` is. */
export function modeOf(
  { settings: { registration } }: Tenant,
  isInvited: boolean,
): 'open' | 'domains' | 'closed' {
  if (registration === 'closed') return 'closed'
  if (isInvited) return 'open'
  return registration === 'invite' ? 'closed' : registration
}

/** What a person must agree to here, and in which version; the address stands for a document without one. */
export function documentsOf(
  settings: TenantSettings,
): readonly Pick<Agreement, 'document' | 'version'>[] {
  const {
    terms_url,
    terms_version = terms_url,
    privacy_url,
    privacy_version = privacy_url,
  } = settings
  return [
    ...(terms_url !== undefined && terms_version !== undefined
      ? [{ document: 'terms', version: terms_version } as const]
      : []),
    ...(privacy_url !== undefined && privacy_version !== undefined
      ? [{ document: 'privacy', version: privacy_version } as const]
      : []),
  ]
}
