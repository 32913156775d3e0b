import type { Form } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Proof } from '#login/login.ts'
import type { RecoveryCodes } from '#login/recovery-code/recovery-code.ts'
import { groupedSecret } from '#login/totp/totp.ts'
import type { ConfirmTotpResult, TotpEnrolments } from '#login/totp/totp.ts'
import { enrolAppPage, type EnrolAppError } from '#views/enrol-app.ts'
import { noticed } from '../email-code-answers.ts'
import type { Notice, Progress, ProgressStore } from '../interaction.ts'
import { proofsOf } from '../proofs.ts'
import type { RequesterFor } from '../requester.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'
import { enrolFrameOf } from './enrolment.ts'
import type { Enrolment } from './enrolment.ts'

export type TotpEnrolmentDeps = {
  readonly totp: TotpEnrolments
  readonly recoveryCodes: Pick<RecoveryCodes, 'count' | 'make'>
  readonly progress: ProgressStore
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** An authenticator app, set up before anybody is signed in (Q48); its recovery codes are the next page. */
export function createTotpEnrolment(deps: TotpEnrolmentDeps): Enrolment {
  const { totp, progress } = deps
  return {
    method: 'totp',
    async page(visit, step, { csrf }) {
      const held = holderOf(visit)
      const pending = held && (await totp.findPending(held))
      return enrolAppPage({
        ...enrolFrameOf(visit, step),
        csrf,
        beginAction: addressOf(visit, 'begin-app'),
        action: addressOf(visit, 'set-up-app'),
        pending: pending && { ...pending, secret: groupedSecret(pending.secret) },
        error: errorOf(visit.progress.notice),
      })
    },
    answers: {
      async 'begin-app'(visit) {
        const { tenant, uid } = visit.details
        await progress.change(tenant.id, uid, await afterBegin(visit, deps))
      },
      async 'set-up-app'(visit, form) {
        const { tenant, uid } = visit.details
        await progress.change(tenant.id, uid, await afterCode(visit, form, deps))
      },
    },
  }
}

/** What waits belongs to this conversation. Undefined where nobody has proved who they are. */
export function holderOf(visit: Visit) {
  const [first] = proofsOf(visit)
  const { tenant, uid } = visit.details
  return first && { tenant, accountId: first.accountId, holder: `interaction:${uid}` }
}

type Change = (before: Progress) => Progress

const silent: Change = (before) => ({ ...before, notice: undefined })

async function afterBegin(visit: Visit, { totp }: TotpEnrolmentDeps): Promise<Change> {
  const held = holderOf(visit)
  if (!held) return silent
  const provedAt = Math.max(...proofsOf(visit).map(({ at }) => at))
  const { kind } = await totp.begin({ ...held, provedAt })
  // what was proved is too old by now (Q64): it is proved anew, and this goes on from there
  return kind === 'step_up'
    ? (before) => ({ ...before, proofs: [], provesAnew: true, notice: undefined })
    : silent
}

async function afterCode(visit: Visit, form: Form, deps: TotpEnrolmentDeps): Promise<Change> {
  const held = holderOf(visit)
  const code = (form.get('code') ?? '').trim()
  if (code === '') return noticed({ kind: 'code', why: 'required' })
  if (!held) return silent
  const requester = deps.requesterFor(visit, '')
  const result = await deps.totp.confirm({ ...held, code, requester })
  if (result.kind !== 'enrolled') return noticed(noticeOf(result))
  const at = epochSeconds(deps.clock)
  const proof: Proof = { method: 'totp', accountId: held.accountId, amr: ['otp'], at }
  const hasCodes = (await deps.recoveryCodes.count(held.tenant.id, held.accountId)) > 0
  // the app has just proved who this is
  if (!hasCodes) await deps.recoveryCodes.make({ ...held, provedAt: at, requester })
  return (before) => ({
    ...before,
    notice: undefined,
    enrolling: undefined,
    newCodes: !hasCodes,
    proofs: [...before.proofs, proof],
  })
}

function noticeOf(result: Exclude<ConfirmTotpResult, { readonly kind: 'enrolled' }>): Notice {
  switch (result.kind) {
    case 'wrong':
      return { kind: 'factor', why: 'wrong' }
    case 'expired':
      return { kind: 'code', why: 'expired' }
    case 'clock_off':
      return result
  }
}

function errorOf(notice: Notice | undefined): EnrolAppError | undefined {
  if (notice?.kind === 'clock_off') return notice
  if (notice?.kind === 'factor') return { kind: 'wrong' }
  if (notice?.kind !== 'code') return undefined
  return notice.why === 'required' || notice.why === 'expired' ? { kind: notice.why } : undefined
}
