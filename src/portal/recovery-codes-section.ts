import { z } from 'zod'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { recoveryCodeFile } from '#views/components/recovery-codes.ts'
import { recoveryCodesPage, type RecoveryCodesError } from '#views/portal/recovery-codes.ts'
import type { Notices } from './notices.ts'
import { isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'
import { heldBy } from './two-step-section.ts'

const failed = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['no_factor', 'gone']) }),
  z.object({ kind: z.literal('throttled'), retryAfter: z.number() }),
])

/** Codes on paper: made, shown until the person keeps them, handed out as a file. */
export function createRecoveryCodesSection(deps: {
  readonly recoveryCodes: RecoveryCodes
  readonly notices: Notices
}): PortalSection {
  const { recoveryCodes, notices } = deps

  async function fail(visit: Visit, error: RecoveryCodesError): Promise<Next> {
    await notices.leave(visit, 'recovery-codes', error)
    return { page: 'recovery-codes' }
  }

  return {
    pages: {
      async 'recovery-codes'(visit) {
        return recoveryCodesPage({
          frame: frameOf(visit),
          fresh: isFresh(visit),
          codes: await recoveryCodes.findShown(heldBy(visit)),
          error: await notices.take(visit, 'recovery-codes', failed),
        })
      },
    },
    actions: {
      async 'recovery-codes'(visit) {
        const { provedAt } = visit
        const result = await recoveryCodes.make({ ...heldBy(visit), provedAt })
        if (result.kind === 'step_up') return { confirm: 'recovery-codes' }
        if (result.kind === 'throttled') return fail(visit, result)
        if (result.kind === 'no_factor') return fail(visit, { kind: result.kind })
        return { page: 'recovery-codes' }
      },
      async 'recovery-codes/download'(visit) {
        const codes = await recoveryCodes.findShown(heldBy(visit))
        if (!codes) return fail(visit, { kind: 'gone' })
        const { ctx, page, account, now } = visit
        ctx.set('content-disposition', 'attachment; filename="recovery-codes.txt"')
        ctx.type = 'text/plain; charset=utf-8'
        const at = new Date(now * 1000)
        ctx.body = recoveryCodeFile({ page, email: account.email, codes, at })
        return 'answered'
      },
      async 'recovery-codes/saved'(visit) {
        const shown = await recoveryCodes.findShown(heldBy(visit))
        // SECURITY: of codes this session was not shown, it says nothing
        if (!shown) return fail(visit, { kind: 'gone' })
        await recoveryCodes.confirmSaved(heldBy(visit))
        await notices.leave(visit, 'two-step', { done: 'codes_saved' })
        return { page: 'two-step' }
      },
    },
  }
}
