import type { AccountId, TenantId } from '#kit/ids.ts'
import type { PasswordProblem } from '#login/password/password.ts'

/**
 * A lost password, set anew: address, code by mail, new password, done. What was answered is kept on the server under the
 * value of a cookie; which page comes next follows from it, never from a form field (Q55, CVE-2026-18963).
 */
export type Recovery = {
  /** The address as it was typed; the same pages follow whether it is anybody's (Q73). */
  readonly email: string | undefined
  /** The code that was asked for. `nextAt`: when another may be, epoch seconds. */
  readonly code: { readonly handle: string; readonly nextAt: number } | undefined
  /**
   * What is proved so far. A mailbox is enough for an account without a second factor; what more is needed becomes a step
   * of its own between these proofs and the new password, and never less (Q54).
   */
  readonly proofs: readonly RecoveryProof[]
  readonly isDone: boolean
  /** The sign-in it was begun from, to go back to. */
  readonly interaction: string | undefined
  /** Why the last answer did not lead on; shown until the next one. */
  readonly notice: RecoveryNotice | undefined
}

export type RecoveryProof = {
  readonly method: 'email_code'
  readonly accountId: AccountId
  /** The address that was proved. */
  readonly email: string
  /** When its code was asked for, epoch seconds. */
  readonly askedAt: number
}

export type RecoveryNotice =
  | { readonly kind: 'email_required' }
  | { readonly kind: 'email_invalid'; readonly typed: string }
  /** People with this address sign in there, and have no use for a password here. */
  | { readonly kind: 'elsewhere'; readonly typed: string; readonly connection: string }
  | { readonly kind: 'code_required' | 'code_expired' | 'code_too_many' | 'code_too_soon' }
  | { readonly kind: 'code_wrong'; readonly left: number }
  /** Epoch seconds. */
  | { readonly kind: 'throttled'; readonly until: number }
  | { readonly kind: 'password_required' }
  | { readonly kind: 'password_refused'; readonly reason: PasswordProblem }
  /** The proof opens nothing any more: everything begins anew. */
  | { readonly kind: 'over' }

export const emptyRecovery: Recovery = {
  email: undefined,
  code: undefined,
  proofs: [],
  isDone: false,
  interaction: undefined,
  notice: undefined,
}

export type RecoveryStep =
  | { readonly kind: 'identifier' }
  | { readonly kind: 'code'; readonly email: string; readonly handle: string }
  | { readonly kind: 'new_password'; readonly proof: RecoveryProof }
  | { readonly kind: 'done' }

/** Pure: a table of recoveries is its test. */
export function recoveryStep({ email, code, proofs, isDone }: Recovery): RecoveryStep {
  if (isDone) return { kind: 'done' }
  const [proof] = proofs
  if (proof) return { kind: 'new_password', proof }
  if (email === undefined || !code) return { kind: 'identifier' }
  return { kind: 'code', email, handle: code.handle }
}

/** Where recoveries are kept, under a random value of 256 bits that only one browser has. */
export type RecoveryStore = {
  read(tenantId: TenantId, key: string): Promise<Recovery>
  /** Read, changed and written as one step: of two answers at once none is lost. */
  change(tenantId: TenantId, key: string, change: (before: Recovery) => Recovery): Promise<void>
  /** Marks what is proved as done; true for exactly one of any number of concurrent callers. */
  finish(tenantId: TenantId, key: string): Promise<boolean>
  remove(tenantId: TenantId, key: string): Promise<void>
}
