import { z } from 'zod'
import type { Passkeys } from '#login/passkey/passkey.ts'
import { groupedSecret, type Totp } from '#login/totp/totp.ts'
import type { ConfirmTotpResult, PendingTotp, TurnOffTotpResult } from '#login/totp/totp.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { authenticatorPage, type AuthenticatorPageError } from '#views/portal/authenticator.ts'
import { twoStepPage } from '#views/portal/two-step.ts'
import { portalCookie } from './cookies.ts'
import { ownerOf } from './methods-section.ts'
import type { Notices } from './notices.ts'
import { isFresh } from './portal.ts'
import type { Visit } from './portal.ts'
import { frameOf } from './sections.ts'
import type { Next, PortalSection } from './sections.ts'

const told = z.union([
  z.object({ done: z.enum(['app_added', 'codes_saved']) }),
  z.object({ error: z.literal('demanded') }),
])
const failed = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['required', 'wrong', 'expired']) }),
  z.object({ kind: z.literal('clock_off'), ahead: z.boolean(), by: z.number() }),
])

export type TwoStepDeps = {
  readonly totp: Totp
  readonly recoveryCodes: RecoveryCodes
  readonly passkeys: Pick<Passkeys, 'count'>
  readonly notices: Notices
}

/** The second step: an authenticator app, set up, replaced and turned off. Its codes on paper: `recovery-codes-section`. */
export function createTwoStepSection(deps: TwoStepDeps): PortalSection {
  const { totp, notices } = deps
  const { fail, afterConfirm, afterTurnOff } = createOutcomes(deps)

  return {
    pages: {
      'two-step': async (visit) => statusPage(visit, deps),
      async authenticator(visit) {
        const { tenant, account } = visit
        const pending = await totp.findPending(heldBy(visit))
        return authenticatorPage({
          frame: frameOf(visit),
          fresh: isFresh(visit),
          pending: pending && asShown(pending),
          replaces: await totp.isEnrolled(tenant.id, account.id),
          error: await notices.take(visit, 'authenticator', failed),
        })
      },
    },
    actions: {
      async 'authenticator/begin'(visit) {
        const { provedAt } = visit
        const { kind } = await totp.begin({ ...heldBy(visit), provedAt })
        return kind === 'step_up' ? { confirm: 'authenticator' } : { page: 'authenticator' }
      },
      async authenticator(visit, form) {
        const code = (form.get('code') ?? '').trim()
        if (code === '') return fail(visit, { kind: 'required' })
        return afterConfirm(visit, await totp.confirm({ ...heldBy(visit), code }))
      },
      async 'authenticator/cancel'(visit) {
        await totp.cancel(heldBy(visit))
        return { page: 'two-step' }
      },
      async 'two-step/turn-off'(visit) {
        const { provedAt } = visit
        return afterTurnOff(visit, await totp.turnOff({ ...ownerOf(visit), provedAt }))
      },
    },
  }
}

async function statusPage(visit: Visit, deps: TwoStepDeps) {
  const { tenant, account } = visit
  const [app, codes, passkeys, notice] = await Promise.all([
    deps.totp.find(tenant.id, account.id),
    deps.recoveryCodes.find(tenant.id, account.id),
    deps.passkeys.count(tenant.id, account.id),
    deps.notices.take(visit, 'two-step', told),
  ])
  const shown = { frame: frameOf(visit), fresh: isFresh(visit), app, codes, passkeys }
  return twoStepPage({ ...shown, ...notice })
}

/** What a change leads to. */
function createOutcomes({ recoveryCodes, notices }: TwoStepDeps) {
  async function fail(visit: Visit, error: AuthenticatorPageError): Promise<Next> {
    await notices.leave(visit, 'authenticator', error)
    return { page: 'authenticator' }
  }

  /** The first factor comes with codes, or a lost phone is a lost account. */
  async function afterFirst(visit: Visit): Promise<Next> {
    const { tenant, account } = visit
    await notices.leave(visit, 'two-step', { done: 'app_added' })
    if ((await recoveryCodes.count(tenant.id, account.id)) > 0) return { page: 'two-step' }
    // a fresh proof began this, and the app's first code is another: there is no third to ask for
    await recoveryCodes.make({ ...heldBy(visit), provedAt: visit.now })
    return { page: 'recovery-codes' }
  }

  return {
    fail,

    async afterConfirm(visit: Visit, result: ConfirmTotpResult): Promise<Next> {
      if (result.kind !== 'enrolled') return fail(visit, result)
      return result.replaced ? signedOut(visit) : afterFirst(visit)
    },

    async afterTurnOff(visit: Visit, { kind }: TurnOffTotpResult): Promise<Next> {
      if (kind === 'turned_off') return signedOut(visit)
      if (kind === 'step_up') return { confirm: 'two-step' }
      if (kind === 'demanded') await notices.leave(visit, 'two-step', { error: 'demanded' })
      return { page: 'two-step' }
    },
  }
}

/** Everything has ended, this session included: the person signs in with what there is now. */
function signedOut({ tenant, ctx }: Visit): Next {
  portalCookie.clear(tenant, ctx.res)
  return { page: 'changed-factors' }
}

function asShown({ secret, uri, qr }: PendingTotp) {
  return { secret: groupedSecret(secret), uri, qr }
}

/** What waits belongs to this session. */
export function heldBy(visit: Visit) {
  return { ...ownerOf(visit), holder: `account:${visit.sessionKey}` }
}
