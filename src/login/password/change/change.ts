import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Requester } from '../../login.ts'
import type { PasswordProblem } from '../password.ts'

/**
 * A person's own password: changed, set for the first time, removed, set anew after it was lost. Each is one transaction
 * with its audit events and a mail to every address of the account. What replaces or removes a password ends everything
 * the old one may have opened: sessions, refresh tokens, tokens, trusted devices, pending changes (Q17, Q54), the session
 * it was asked from included. Rejects with `Unavailable` when a store does not answer: then nothing was changed, or the
 * change stands, all it voids is void, and only rows are left over.
 */
export type PasswordChanges = {
  /** The current password counts like a sign-in, against the same limits (Q34). */
  change(input: ChangePassword): Promise<ChangePasswordResult>
  /** For an account without one: one more way in, so it ends nothing. */
  setFirst(input: SetFirstPassword): Promise<SetFirstPasswordResult>
  /** Only when another strong method was used at least once: nobody locks themselves out. */
  remove(input: RemovePassword): Promise<RemovePasswordResult>
  /**
   * After proof of the mailbox; see `ResetPassword`. Opens nothing: the person signs in anew (Q54). Removes no other way in,
   * but of an account whose address nobody had proved: of that, every one (Q62).
   */
  reset(input: ResetPassword): Promise<ResetPasswordResult>
}

export type Owner = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  readonly requester: Requester
}

export type ChangePassword = Owner & {
  readonly currentPassword: string
  readonly newPassword: string
}

export type ChangePasswordResult =
  | { readonly kind: 'changed' }
  | { readonly kind: 'wrong_password' }
  | { readonly kind: 'throttled'; /** Whole seconds. */ readonly retryAfter: number }
  | RefusedPassword
  | Over

export type SetFirstPassword = Owner & SteppedUp & { readonly newPassword: string }

export type SetFirstPasswordResult =
  | { readonly kind: 'set' }
  | { readonly kind: 'has_password' }
  | RefusedPassword
  | StepUpNeeded
  | Over

export type RemovePassword = Owner & SteppedUp

export type RemovePasswordResult =
  | { readonly kind: 'removed' }
  | { readonly kind: 'no_password' }
  /** No other strong method of this account was ever used. */
  | { readonly kind: 'no_other_method' }
  | StepUpNeeded
  | Over

export type ResetPassword = Owner & {
  /** The address that was proved: it must still be the account's own. */
  readonly email: string
  /** When that proof was asked for, epoch seconds: whatever ended the account since voids it. */
  readonly askedAt: number
  readonly newPassword: string
  /** Uses the proof up; true for exactly one caller. Called last, so that a refused password costs no proof. */
  readonly claim: () => Promise<boolean>
}

export type ResetPasswordResult = { readonly kind: 'reset' } | RefusedPassword | Over

/** When this person last proved who they are, in the session that asks; epoch seconds (Q64). */
type SteppedUp = { readonly provedAt: number }

/** The proof is older than `stepUpLifetime`, or void. */
type StepUpNeeded = { readonly kind: 'step_up' }

type RefusedPassword = { readonly kind: 'refused'; readonly reason: PasswordProblem }

/** The account is not active any more, or ended meanwhile, or the proof was used: nothing was changed. */
type Over = { readonly kind: 'over' }

/** Port: a way to sign in that is at least as strong as a password. A code by mail is none (Q47). */
export type StrongMethod = {
  /** True when it is set up and this person has signed in with it at least once. */
  wasUsed(
    tenantId: TenantId,
    accountId: AccountId,
    within: Transaction | undefined,
  ): Promise<boolean>
}
