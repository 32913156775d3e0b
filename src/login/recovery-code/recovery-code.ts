import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { PriorCredential } from '../email-code/email-code.ts'
import type { Requester, Verdict } from '../login.ts'

/**
 * Codes on paper for who has lost the other factor (Q46): ten, each good for one sign-in, shown when they are made and never
 * again. The first three characters find a code, the other thirteen (65 bits) are kept as argon2id.
 */
export type RecoveryCodes = RecoveryCodeLogin & RecoveryCodeOwnership

export type RecoveryCodeLogin = {
  /**
   * Counts the try, then hashes once whatever is found (Q34). A right code is used up by one atomic statement, with its
   * audit event and a mail to every address. The caller knows whose code it is: asked only of somebody who has proved
   * another factor.
   */
  verify(input: VerifyRecoveryCode): Promise<Verdict>
  /** Codes that are left, straight from the store. */
  count(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<number>
}

export type VerifyRecoveryCode = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  /** As typed: case, spaces and dashes do not matter, and `O`, `I`, `L` are read as the digits they look like. */
  readonly code: string
  readonly requester: Requester
}

export type RecoveryCodeOwnership = PriorCredential & {
  find(tenantId: TenantId, accountId: AccountId): Promise<RecoveryCodeState | undefined>
  /** Makes ten and voids those before, used or not. Ends no session: nothing was opened by who has none of them. */
  make(input: MakeRecoveryCodes): Promise<MakeRecoveryCodesResult>
  /** What was made for this reader in the last ten minutes, unless they said already that they keep it. */
  findShown(reader: CodeReader): Promise<readonly string[] | undefined>
  /** The person says that they keep them: nobody is shown them again. False when there are none. */
  confirmSaved(reader: CodeReader): Promise<boolean>
}

/** Codes are shown to one account, in the session or conversation they were made in. */
export type CodeReader = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  /** Names the session or conversation; not a secret. */
  readonly holder: string
}

export type RecoveryCodeState = {
  readonly madeAt: Date
  /** Undefined until the person has said that they keep them. */
  readonly savedAt: Date | undefined
  readonly left: number
  /** Guessed at too often: none opens anything until new ones are made. */
  readonly isLocked: boolean
}

export type MakeRecoveryCodes = CodeReader & {
  /** When this person last proved who they are; epoch seconds (Q64). */
  readonly provedAt: number
  readonly requester: Requester
}

export type MakeRecoveryCodesResult =
  /** `XXXX-XXXX-XXXX-XXXX`. See `findShown`. */
  | { readonly kind: 'made'; readonly codes: readonly string[] }
  /** Made too often: each time costs ten hashes. Whole seconds. */
  | { readonly kind: 'throttled'; readonly retryAfter: number }
  /** There is no factor they could stand in for. */
  | { readonly kind: 'no_factor' }
  /** The proof is older than `stepUpLifetime`, or void. */
  | { readonly kind: 'step_up' }
  /** The account is not active any more: nothing was changed. */
  | { readonly kind: 'over' }

/** Port: second factors that codes can stand in for. */
export type BackedUpFactors = {
  count(tenantId: TenantId, accountId: AccountId, within: Transaction | undefined): Promise<number>
}

export type StoredRecoveryCode = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  /** Unique in the account. */
  readonly selector: string
  /** argon2id of the rest. */
  readonly phc: string
  readonly madeAt: Date
}

/** Port. */
export type RecoveryCodeStore = {
  /** Removes all of the account and writes these; in the caller's transaction, or in one of its own. */
  replace(codes: readonly StoredRecoveryCode[], within: Transaction | undefined): Promise<void>
  /** One that was not used. */
  findUnused(
    tenantId: TenantId,
    accountId: AccountId,
    selector: string,
  ): Promise<StoredRecoveryCode | undefined>
  /** Marks this very code as used, in one atomic statement: true for exactly one of any number of callers. */
  use(code: StoredRecoveryCode, at: Date, within: Transaction | undefined): Promise<boolean>
  count(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<number>
  find(
    tenantId: TenantId,
    accountId: AccountId,
  ): Promise<Omit<RecoveryCodeState, 'isLocked'> | undefined>
  /** False when there are none. */
  markSaved(tenantId: TenantId, accountId: AccountId, at: Date): Promise<boolean>
  /** False when there were none. */
  removeAll(
    tenantId: TenantId,
    accountId: AccountId,
    within: Transaction | undefined,
  ): Promise<boolean>
}

export const codesMade = 10

/** Seconds new codes can be read. */
export const shownLifetime = 600

/** So many left, and the person is asked to make new ones. */
export const fewCodes = 3
