import type { Answer } from './answer.ts'
import type { Progress } from './interaction.ts'
import { nextStep } from './next-step.ts'
import type { NudgeMemory } from './nudge-memory.ts'
import { makePasskey, type NewPasskeyDeps } from './passkey-answers.ts'
import type { Visit } from './visit.ts'

export type NudgeAnswerDeps = NewPasskeyDeps & { readonly nudges: NudgeMemory }

/** Whether somebody who signed in another way wants a passkey. Whatever they say, they go on. */
export function createNudgeAnswers(
  deps: NudgeAnswerDeps,
): Readonly<Record<'nudge-passkey' | 'nudge-later' | 'nudge-never', Answer>> {
  const isAsked = (visit: Visit) => nextStep(visit).kind === 'nudge'

  async function goOn(visit: Visit, never: boolean): Promise<void> {
    const { details, ctx } = visit
    deps.nudges.remember(details.tenant, ctx.req, ctx.res, never)
    const change = (before: Progress): Progress => ({
      ...before,
      isNudged: true,
      notice: undefined,
    })
    await deps.progress.change(details.tenant.id, details.uid, change)
  }

  return {
    async 'nudge-passkey'(visit, form) {
      if (!isAsked(visit)) return
      const made = await makePasskey(visit, form, deps)
      if (made !== 'refused') return goOn(visit, false)
      const { tenant, uid } = visit.details
      await deps.progress.change(tenant.id, uid, (before) => ({
        ...before,
        notice: { kind: 'passkey', why: 'not_added' },
      }))
    },
    'nudge-later': async (visit) => (isAsked(visit) ? goOn(visit, false) : undefined),
    'nudge-never': async (visit) => (isAsked(visit) ? goOn(visit, true) : undefined),
  }
}
