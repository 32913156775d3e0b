import type { Context } from 'koa'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { recoveryCodeFile } from '#views/components/recovery-codes.ts'
import type { Html } from '#views/html.ts'
import { newCodesPage } from '#views/new-codes.ts'
import type { Answer } from '../answer.ts'
import type { ProgressStore } from '../interaction.ts'
import { nextStep } from '../next-step.ts'
import type { RequesterFor } from '../requester.ts'
import type { Shown } from '../second-step/second-step.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'
import { holderOf } from './totp.ts'

export type NewCodesDeps = {
  readonly recoveryCodes: Pick<RecoveryCodes, 'findShown' | 'confirmSaved' | 'make'>
  readonly progress: ProgressStore
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** What is posted where new recovery codes are shown. Nobody goes on before they say that they keep them. */
export function createNewCodesAnswers(deps: NewCodesDeps): Readonly<Record<string, Answer>> {
  const { recoveryCodes, progress, requesterFor, clock } = deps
  return {
    async 'codes-saved'(visit) {
      const held = keeperOf(visit)
      // of codes that were not shown here, it says nothing
      if (!held || !(await recoveryCodes.findShown(held))) return
      await recoveryCodes.confirmSaved(held)
      const { tenant, uid } = visit.details
      await progress.change(tenant.id, uid, (before) => ({ ...before, newCodes: false }))
    },
    /** For who looked away for more than ten minutes. */
    async 'codes-again'(visit) {
      const held = keeperOf(visit)
      if (!held || (await recoveryCodes.findShown(held))) return
      const requester = requesterFor(visit, '')
      await recoveryCodes.make({ ...held, provedAt: epochSeconds(clock), requester })
    },
  }
}

function keeperOf(visit: Visit) {
  return nextStep(visit).kind === 'recovery_codes' ? holderOf(visit) : undefined
}

export async function newCodesStepPage(
  visit: Visit,
  { csrf, recoveryCodes }: Shown & Pick<NewCodesDeps, 'recoveryCodes'>,
): Promise<Html> {
  const held = keeperOf(visit)
  return newCodesPage({
    page: visit.page,
    csrf,
    codes: held && (await recoveryCodes.findShown(held)),
    downloadAction: addressOf(visit, 'recovery-codes'),
    savedAction: addressOf(visit, 'codes-saved'),
    againAction: addressOf(visit, 'codes-again'),
  })
}

/** Answers with the codes as a file; false where there are none to hand out. */
export async function sendCodesFile(
  ctx: Context,
  visit: Visit,
  { recoveryCodes, clock }: Pick<NewCodesDeps, 'recoveryCodes' | 'clock'>,
): Promise<boolean> {
  const held = keeperOf(visit)
  const codes = held && (await recoveryCodes.findShown(held))
  if (!codes || !visit.prover) return false
  const { email } = visit.prover
  ctx.set('content-disposition', 'attachment; filename="recovery-codes.txt"')
  ctx.type = 'text/plain; charset=utf-8'
  ctx.body = recoveryCodeFile({ page: visit.page, email, codes, at: new Date(clock.now()) })
  return true
}
