import type { Account } from '#account/account.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { PriorCredential } from '../email-code/email-code.ts'
import type { Requester, Verdict } from '../login.ts'

/**
 * An authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, as every app knows it). One for each account; its secret
 * is sealed with its row and shown to nobody once a code has confirmed it.
 */
export type Totp = TotpLogin & TotpEnrolments & TotpOwnership

export type TotpLogin = {
  /**
   * Counts the try, then verifies (Q34, Q39). A code of this step, the one before or the one after is right, once: the step
   * is used up by one atomic statement, and with it every step before (Q44). The caller knows whose code it is: asked only
   * of somebody who has proved another factor.
   */
  verify(input: VerifyTotp): Promise<TotpVerdict>
  /** Straight from the store. */
  isEnrolled(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<boolean>
}

export type VerifyTotp = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  /** As typed: spaces, dashes and any script's digits are understood. */
  readonly code: string
  readonly requester: Requester
}

export type TotpVerdict =
  | Verdict
  /** Right, but of a step that is used up: the next code will do. */
  | { readonly kind: 'used' }
  | ClockOff

/**
 * The code another step would have: the clock of the device is off by so many seconds, `ahead` of ours or behind it. It is
 * not accepted; and it never will be, or telling would hand out codes of the minutes to come.
 */
export type ClockOff = {
  readonly kind: 'clock_off'
  readonly ahead: boolean
  /** Whole seconds, a multiple of 30. */
  readonly by: number
}

export type TotpEnrolments = {
  /**
   * Draws a secret, which opens nothing until a code of it is confirmed, within ten minutes and by the same holder (Q45).
   * Voids the one this holder was given before.
   */
  begin(input: BeginTotp): Promise<BeginTotpResult>
  /** What `begin` gave, as long as it waits for its code. */
  findPending(input: HeldTotp): Promise<PendingTotp | undefined>
  /**
   * The first code, which uses up its step like any other. Exactly one of any number of callers enrols. Replaces the app
   * there was, and then ends every session and token (Q17); a first app ends nothing.
   */
  confirm(input: ConfirmTotp): Promise<ConfirmTotpResult>
  cancel(input: HeldTotp): Promise<void>
}

/** A pending secret belongs to one account and to what it was begun in: nobody else can confirm it. */
export type HeldTotp = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  /** Names the session or conversation; not a secret. */
  readonly holder: string
}

export type BeginTotp = HeldTotp & SteppedUp

export type BeginTotpResult =
  | { readonly kind: 'begun'; readonly pending: PendingTotp }
  | StepUpNeeded
  | Over

export type PendingTotp = {
  /** Base32 of 160 bits: what is typed where no camera is. */
  readonly secret: string
  /** `otpauth://totp/…`, for a link and the QR code. */
  readonly uri: string
  readonly qr: QrCode
}

/** The dark squares of a QR code with its quiet zone. See `qrSvg`. */
export type QrCode = {
  /** Squares on each side. */
  readonly size: number
  /** Path data of SVG, one unit for each square. */
  readonly path: string
}

export type ConfirmTotp = HeldTotp & {
  readonly code: string
  readonly requester: Requester
}

export type ConfirmTotpResult =
  | {
      readonly kind: 'enrolled'
      /** There was another, and everything has ended. */ readonly replaced: boolean
    }
  | { readonly kind: 'wrong' }
  | ClockOff
  /** Nothing waits for a code: ten minutes are over, another caller was faster, or everything ended meanwhile. */
  | { readonly kind: 'expired' }

export type TotpOwnership = PriorCredential & {
  find(tenantId: TenantId, accountId: AccountId): Promise<TotpState | undefined>
  /**
   * Turns the app off, and with the last factor the recovery codes, and ends every session and token (Q17). `provedAt`: when
   * this person last proved who they are, in the session that asks.
   */
  turnOff(input: TurnOffTotp): Promise<TurnOffTotpResult>
}

export type TotpState = {
  readonly enrolledAt: Date
  readonly lastUsedAt: Date | undefined
  /** Guessed at too often: it opens nothing until it is set up anew. */
  readonly isLocked: boolean
}

export type TurnOffTotp = SteppedUp & {
  readonly tenant: Tenant
  readonly accountId: AccountId
  readonly requester: Requester
}

export type TurnOffTotpResult =
  | { readonly kind: 'turned_off' }
  | { readonly kind: 'not_enrolled' }
  /** A second factor is demanded of this person, and this is the only one. */
  | { readonly kind: 'demanded' }
  | StepUpNeeded
  | Over

/** When this person last proved who they are; epoch seconds (Q64). */
type SteppedUp = { readonly provedAt: number }

/** The proof is older than `stepUpLifetime`, or void. */
type StepUpNeeded = { readonly kind: 'step_up' }

/** The account is not active any more: nothing was changed. */
type Over = { readonly kind: 'over' }

/** Port: what an account has and needs besides its app. */
export type OtherFactors = {
  /** True when a second factor is demanded of this person. */
  isDemanded(tenant: Tenant, account: Account): Promise<boolean>
  /** Second factors besides the app that stand by themselves: recovery codes do not. */
  count(tenantId: TenantId, accountId: AccountId, within: Transaction | undefined): Promise<number>
  /** What only backs a factor up goes with the last one. */
  readonly backups: PriorCredential
}

/** The app of an account, as it is kept. The secret is sealed at (tenant, 'totp_factors', account). */
export type StoredTotp = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly sealedSecret: string
  /** Steps of 30 seconds since 1970: this one and all before are used up. */
  readonly lastStep: number
  readonly enrolledAt: Date
  readonly lastUsedAt: Date | undefined
}

/** Port. */
export type TotpStore = {
  find(
    tenantId: TenantId,
    accountId: AccountId,
    within?: Transaction,
  ): Promise<StoredTotp | undefined>
  /** Writes or overwrites. */
  put(factor: StoredTotp, within?: Transaction): Promise<void>
  /**
   * Uses up a step, and all before, as long as none after it is used and the secret is still this one. One atomic
   * statement; true for exactly one of any number of callers. `usedAt`: when it opened something.
   */
  use(
    factor: Pick<StoredTotp, 'tenantId' | 'accountId' | 'sealedSecret'>,
    step: number,
    usedAt: Date | undefined,
  ): Promise<boolean>
  /** False when there was none. */
  remove(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<boolean>
}

/** Seconds a secret waits for its first code (Q45). */
export const pendingLifetime = 600

/** `JBSW Y3DP …`: read and typed by people. */
export function groupedSecret(secret: string): string {
  return secret.replaceAll(/.{4}(?=.)/g, '$& ')
}

/** A whole SVG document, dark on light whatever the page is: cameras want it so. */
export function qrSvg({ size, path }: QrCode): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
}
