import type { Account, KeptAddresses } from '#account/account.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Requester } from '../login.ts'

/**
 * A person's own address, changed: the new one is proved by a code before anything happens, the old one is told after, and
 * can undo it for a day (Q59). Each step is one transaction with its audit event and its mails.
 */
export type EmailChanges = {
  /**
   * Sends a code to the new address; the same answer whether somebody else has it (Q73). Changes nothing.
   *
   * SECURITY: nobody takes an address out of a domain whose people sign in elsewhere only: with another one they would come in
   * long after they were sent away over there (reference/federation.md §3.7).
   */
  begin(input: BeginEmailChange): Promise<BeginEmailChangeResult>
  /**
   * The code is used up by the right try. Ends no session: the person has just proved who they are. An address the account
   * had until lately is taken back as by its undo link: everybody is out, and there is nothing to undo.
   */
  confirm(input: ConfirmEmailChange): Promise<ConfirmEmailChangeResult>
  /** What an undo link leads to. Changes nothing: scanners open links too (Q57). */
  look(input: UndoLink): Promise<UndoView>
  /**
   * Gives the account its old address back, proved, whatever it was changed to since; voids every sign-in up to now and
   * ends all sessions and tokens. For exactly one caller, who signs in anew.
   */
  undo(input: UndoLink & { readonly requester: Requester }): Promise<UndoResult>
  /** Addresses the account had and may get back: they are told of what is done to it. */
  formerAddresses(
    account: Pick<Account, 'tenantId' | 'id'>,
    within: Transaction | undefined,
  ): Promise<readonly string[]>
}

type Owner = {
  readonly tenant: Tenant
  readonly accountId: AccountId
  /** Value of this browser's cookie, see `BrowserCookie`: the code works in no other. */
  readonly browser: string
  readonly requester: Requester
}

export type BeginEmailChange = Owner & {
  /** As it was typed. */
  readonly email: string
  /** When this person last proved who they are, in the session that asks; epoch seconds (Q64). */
  readonly provedAt: number
}

export type BeginEmailChangeResult =
  /** The caller keeps `handle` for `confirm`. `nextAt`: when another code may be asked for, epoch seconds. */
  | { readonly kind: 'sent'; readonly handle: string; readonly nextAt: number }
  | { readonly kind: 'email_invalid' | 'email_unchanged' | 'kept_elsewhere' }
  | { readonly kind: 'step_up' }
  | { readonly kind: 'over' }

export type ConfirmEmailChange = Owner & { readonly handle: string; readonly code: string }

export type ConfirmEmailChangeResult =
  | { readonly kind: 'changed'; readonly email: string }
  | { readonly kind: 'wrong'; /** Tries that are left, at least 1. */ readonly left: number }
  | { readonly kind: 'throttled'; /** Whole seconds. */ readonly retryAfter: number }
  | { readonly kind: 'too_many' }
  /** The code is used or too old, everything ended since, the address was changed or taken: begin anew. */
  | { readonly kind: 'expired' }

export type UndoLink = { readonly tenant: Tenant; readonly token: string }

/** `email`: the address the account gets back. */
export type UndoView = { readonly kind: 'here'; readonly email: string } | { readonly kind: 'over' }

export type UndoResult = { readonly kind: 'undone' } | { readonly kind: 'over' }

/** A change that can be undone still. */
export type EmailChange = {
  readonly tenantId: TenantId
  /** SHA-256 of the token. */
  readonly id: string
  readonly accountId: AccountId
  readonly oldEmail: string
  readonly oldCanonical: string
  readonly newCanonical: string
  readonly changedAt: Date
  readonly endsAt: Date
}

/** Port. `at`: the caller's clock; what ended before is not seen, whether removed yet or not. */
export type EmailChangeStore = Pick<KeptAddresses, 'isKept'> & {
  insert(change: EmailChange, within: Transaction | undefined): Promise<void>
  find(tenantId: TenantId, id: string, within?: Transaction): Promise<EmailChange | undefined>
  /** Of one account, newest first. */
  list(
    tenantId: TenantId,
    accountId: AccountId,
    within: Transaction | undefined,
  ): Promise<readonly EmailChange[]>
  /** Removes a change and all that came after it, in one atomic step; true for exactly one of any number of callers. */
  use(change: EmailChange, within: Transaction | undefined): Promise<boolean>
  /** See `Remover`. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** Seconds an undo link works (Q59). */
export const undoLifetime = 24 * 3600
