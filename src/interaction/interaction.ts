import type { AccountId, InteractionUid, TenantId } from '#kit/ids.ts'
import type { FlowDetails } from '#oidc/oidc.ts'
import type { Proof } from '#login/login.ts'

/**
 * What a person has answered so far in one interaction. Server-side, keyed by the interaction's uid: the only memory of
 * the conversation. Which page comes next follows from it (`next-step.ts`), never from a form field.
 */
export type Progress = {
  /** The identifier the person typed or chose, not yet proved to be theirs. */
  readonly email: string | undefined
  /** Set when the person chose a signed-in account on the chooser. */
  readonly chosen: AccountId | undefined
  /** The person asked for another account than the one signed in. */
  readonly another: boolean
  readonly proofs: readonly Proof[]
}

export const emptyProgress: Progress = {
  email: undefined,
  chosen: undefined,
  another: false,
  proofs: [],
}

export type ProgressStore = {
  read(tenantId: TenantId, uid: InteractionUid): Promise<Progress>
  /**
   * Reads, changes and writes in one step: two posts at once both count, none is lost.
   */
  change(
    tenantId: TenantId,
    uid: InteractionUid,
    change: (before: Progress) => Progress,
  ): Promise<Progress>
  clear(tenantId: TenantId, uid: InteractionUid): Promise<void>
}

/** The next page, or the end. */
export type Step =
  | { readonly kind: 'identifier' }
  | { readonly kind: 'choose_account' }
  | { readonly kind: 'password'; readonly email: string; readonly fixed: boolean }
  | { readonly kind: 'consent' }
  | { readonly kind: 'done'; readonly proofs: readonly [Proof, ...Proof[]] }
  | { readonly kind: 'continue' }

export type NextStep = (details: FlowDetails, progress: Progress) => Step
