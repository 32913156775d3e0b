import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Account } from '#account/account.ts'
import type { AuditActor } from '#audit/audit.ts'
import type { AccountId, InteractionUid, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Proof, Requester } from '../login.ts'

/**
 * Proof of a mailbox: a code of six digits, typed back into the browser that asked for it (Q47), or a link to a page of
 * ours where a button is pressed. Ten minutes, one use, five tries. What is kept of a code is a keyed hash over everything
 * it is bound to; of the link, its SHA-256.
 */
export type EmailCodes = {
  /**
   * Makes a code, voids the one this browser asked for before, and queues the mail. Does the same work and gives the same
   * answer for a decoy, and when no mail is sent because this address, or this requester, had enough of them (Q40, Q73).
   */
  issue(input: IssueCode): Promise<IssuedCode>
  /** Counts the try, atomically, before the code is looked at (Q34); a right one is given to exactly one caller. */
  verify(input: VerifyCode): Promise<CodeVerdict>
  /** What a link leads to. Changes nothing: scanners and previews open links too (Q57). */
  look(input: OpenLink): Promise<LinkView>
  /** Uses the link up; only in the browser that asked, and for exactly one caller. */
  consume(input: OpenLink): Promise<CodeProved | LinkOver>
}

/** What a proof may be used for. Each has codes, links and pages of its own: none is taken for another (CVE-2026-4282). */
export type CodePurpose =
  | 'sign_in'
  | 'register'
  | 'verify_email'
  | 'reset_password'
  | 'change_email'
  | 'step_up'
  | 'foreign_email'

type PurposeRule = {
  /** Where the page of a link is, below the issuer; the token follows. */
  readonly page: string
  /** Whose address it is: an account's own, which must still be that when it is proved, or one that is new here. */
  readonly address: 'own' | 'new'
}

export const codePurposes: Readonly<Record<CodePurpose, PurposeRule>> = {
  sign_in: { page: '/email/sign-in', address: 'own' },
  register: { page: '/email/register', address: 'new' },
  verify_email: { page: '/email/verify', address: 'own' },
  reset_password: { page: '/email/reset-password', address: 'own' },
  change_email: { page: '/email/change', address: 'new' },
  foreign_email: { page: '/email/elsewhere', address: 'new' },
  step_up: { page: '/email/confirm', address: 'own' },
}

export type IssueCode = {
  readonly tenant: Tenant
  readonly purpose: CodePurpose
  /** Where the mail goes: the address as it is stored, where there is an account (Q58). */
  readonly email: string
  /** Whose proof it will be; the account must be alive, and not ended since, when it is proved. */
  readonly accountId?: AccountId | undefined
  /**
   * The same work, but no code will ever fit: for an address that has no account to sign in to, or one to register that has
   * an account already. The mail then says what is so.
   */
  readonly decoy?: boolean | undefined
  /** Value of this browser's cookie, see `BrowserCookie`. */
  readonly browser: string
  /** Small, the caller's own; comes back with the proof. No secrets: it is kept as it is. */
  readonly data?: Readonly<Record<string, string>> | undefined
  readonly requester: Requester
  /** Writes the mail. Must do about the same work for a decoy. */
  readonly letter: (facts: LetterFacts) => Letter
}

export type LetterFacts = {
  /** Six digits, without a space. */
  readonly code: string
  /** Opens the page of the purpose. From the tenant's issuer, never from a header (Q56, CVE-2025-64101). */
  readonly link: string
  /** Seconds the code lives. */
  readonly lifetime: number
}

export type Letter = {
  /** What kind of mail, for metrics and the reader: `sign_in_code`. */
  readonly kind: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type IssuedCode = {
  /** 256 bits, opaque; the caller keeps it with what the person has done so far. */
  readonly handle: string
  /** False: this browser asked a moment ago, and the code it got then still holds. */
  readonly fresh: boolean
  /** When this browser may ask for the next one; epoch seconds. */
  readonly nextAt: number
}

export type VerifyCode = {
  readonly tenant: Tenant
  readonly purpose: CodePurpose
  readonly handle: string
  readonly browser: string | undefined
  /** As typed: spaces, dashes and any script's digits are understood. */
  readonly code: string
  readonly requester: Requester
}

export type CodeVerdict =
  | CodeProved
  | { readonly kind: 'wrong'; /** Tries that are left, at least 1. */ readonly left: number }
  /** Past its ten minutes, used, replaced by a newer one, of another browser, or of an account that has ended. */
  | { readonly kind: 'expired' }
  /** All tries of this code are used up: it needs a new one. */
  | { readonly kind: 'too_many' }
  /** Too many wrong codes from this address; whole seconds. */
  | { readonly kind: 'throttled'; readonly retryAfter: number }

export type CodeProved = {
  readonly kind: 'proved'
  readonly email: string
  readonly accountId: AccountId | undefined
  readonly data: Readonly<Record<string, string>>
  /** When the code was asked for; epoch seconds. */
  readonly issuedAt: number
}

export type OpenLink = {
  readonly tenant: Tenant
  readonly purpose: CodePurpose
  readonly token: string
  /** Undefined where this browser has no cookie of ours. */
  readonly browser: string | undefined
}

export type LinkView =
  /** This browser asked: it may go on with a POST. */
  | {
      readonly kind: 'here'
      readonly email: string
      readonly data: Readonly<Record<string, string>>
    }
  /** Another browser asked: all this one gets is the code to type there, which it could have read in the mail (Q57). */
  | { readonly kind: 'elsewhere'; readonly code: string }
  | LinkOver

/** Used, expired, replaced, or never there. */
export type LinkOver = { readonly kind: 'over' }

/**
 * Tells the browser that asked for a mail from every other (Q57). A random value that means nothing by itself; stores keep
 * its hash. `Lax`: it must come along when a link in a mail is opened.
 */
export type BrowserCookie = {
  /** Undefined where this browser was given none. */
  read(tenant: Tenant, req: IncomingMessage): string | undefined
  /** The value this browser has, or a new one that is set with this answer. */
  ensure(tenant: Tenant, req: IncomingMessage, res: ServerResponse): string
}

/** Seconds a code or link lives (Q47, Q56). */
export const codeLifetime = 600
/** Tries a code gets. */
export const mostTries = 5
export const codeLength = 6

/** A code or a link by mail as the way to sign in; only where the tenant allows it. */
export type EmailCodeLogin = {
  /** The same work and answer whether the address has an account or not (Q73). */
  send(input: {
    readonly tenant: Tenant
    readonly email: string
    readonly browser: string
    /** Where a link leads back to. */
    readonly uid: InteractionUid
    readonly requester: Requester
    /** The reader's language. */
    readonly locale: string
  }): Promise<IssuedCode>
  verify(input: Omit<VerifyCode, 'purpose'>): Promise<EmailCodeVerdict>
  look(input: SignInLink): Promise<LinkView>
  consume(input: SignInLink & { readonly requester: Requester }): Promise<SignedInByLink | LinkOver>
}

/**
 * The address of an account that was made for somebody, proved by who has just signed in to it: until then it may be anybody's
 * (Q62). The proof counts beside the one it follows; the address is verified from then on.
 */
export type EmailVerification = Pick<EmailCodeLogin, 'verify'> & {
  send(input: Omit<Parameters<EmailCodeLogin['send']>[0], 'uid'>): Promise<IssuedCode>
}

/**
 * The address somebody brings from elsewhere, where nobody vouches for it. The same mail and the same work whether an account
 * here has it or not (Q73); what the proof of the mailbox leads to is for who asked.
 */
export type ForeignMailbox = {
  send(input: Omit<Parameters<EmailCodeLogin['send']>[0], 'uid'>): Promise<IssuedCode>
  verify(input: Omit<VerifyCode, 'purpose'>): Promise<CodeVerdict>
}

export type EmailCodeVerdict =
  | { readonly kind: 'proved'; readonly proof: Proof }
  | Exclude<CodeVerdict, CodeProved>

/** A code by mail for somebody who has proved who they are already: one step more, never a second factor (Q47). */
export type EmailSecondStep = {
  /** Undefined where this account has no mailbox that was proved to be theirs, or may not sign in. */
  send(input: {
    readonly tenant: Tenant
    readonly accountId: AccountId
    readonly browser: string
    readonly requester: Requester
    readonly locale: string
  }): Promise<IssuedCode | undefined>
  /** A code of another account proves nothing here. */
  verify(
    input: Omit<VerifyCode, 'purpose'> & { readonly accountId: AccountId },
  ): Promise<EmailCodeVerdict>
}

export type SignInLink = Omit<OpenLink, 'purpose'>

export type SignedInByLink = {
  readonly kind: 'proved'
  readonly proof: Proof
  /** The interaction that waits for it. */
  readonly uid: InteractionUid
}

/** Whoever reads an account's mail owns it (Q62). */
export type MailboxOwnership = {
  /**
   * Marks the address as verified. The first time, whatever was there before may be somebody else's, who only typed the
   * address: its password, its sessions, every pending change are gone with the same transaction. Undefined when there is
   * no active account, or it ended or has another address since the code was asked for; else the second from which on a
   * proof counts.
   */
  prove(
    tenantId: TenantId,
    accountId: AccountId,
    proved: Pick<CodeProved, 'email' | 'issuedAt'>,
  ): Promise<{ readonly at: number } | undefined>
}

/** Port: a kind of credential that does not survive a new owner. */
export type PriorCredential = {
  remove(account: Account, actor: AuditActor, within: Transaction | undefined): Promise<unknown>
}
