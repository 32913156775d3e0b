import type { Context } from 'koa'
import type { Account } from '#account/account.ts'
import type { Requester } from '#login/login.ts'
import type { Risks } from '#login/risk/risk.ts'
import type { FlowDetails } from '#oidc/oidc.ts'
import type { Doubt, Progress, ProgressStore } from './interaction.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

/**
 * How doubtful this sign-in is. Asked once, by the first request that sees a proof, and kept with what was proved; no page and
 * no answer gets past it. Undefined where nothing was proved here: somebody signed in goes on.
 */
export type DoubtOf = (request: {
  readonly ctx: Context
  readonly details: Pick<FlowDetails, 'tenant' | 'uid'>
  readonly account: Account
  readonly progress: Progress
}) => Promise<Doubt | undefined>

export function createDoubtOf(deps: {
  readonly risks: Pick<Risks, 'assess'>
  readonly progress: ProgressStore
  readonly remembered: RememberedAccounts
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}): DoubtOf {
  return async ({ ctx, details: { tenant, uid }, account, progress }) => {
    if (progress.proofs.length === 0) return undefined
    // SECURITY: a judgement on somebody else, who was here before, says nothing of this person
    if (progress.doubt?.accountId === account.id) return progress.doubt
    const device = deps.remembered.read(tenant, ctx.req).find(({ id }) => id === account.id)?.device
    const { level, reasons } = await deps.risks.assess({
      ...deps.requesterOf(ctx),
      tenant,
      account,
      device,
    })
    const doubt = { accountId: account.id, level, reasons, isTold: false }
    let kept: Doubt = doubt
    const keep = (before: Progress): Progress => {
      // of two requests at once the first judgement stands
      kept = before.doubt?.accountId === account.id ? before.doubt : doubt
      return { ...before, doubt: kept }
    }
    await deps.progress.change(tenant.id, uid, keep, progress)
    return kept
  }
}
