import type { Form } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Requester, Verdict } from '#login/login.ts'
import type { TotpVerdict } from '#login/totp/totp.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { secondStepPage, type SecondStepError } from '#views/second-step.ts'
import { noticed } from '../email-code-answers.ts'
import type { Notice, Progress, ProgressStore } from '../interaction.ts'
import { proofsOf } from '../proofs.ts'
import type { RequesterFor } from '../requester.ts'
import type { Visit } from '../visit.ts'
import { isLocked, waitOf } from '../wait.ts'
import { frameOf } from './second-step.ts'
import type { SecondStep, Way } from './second-step.ts'

export type CodeWayDeps = {
  readonly progress: ProgressStore
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** A code that somebody has, and types. */
export type TypedCode = {
  readonly method: 'totp' | 'recovery_code'
  /** The last part of the address it is posted to. */
  readonly answer: string
  readonly verify: (input: {
    readonly tenant: Tenant
    readonly accountId: AccountId
    readonly code: string
    readonly requester: Requester
  }) => Promise<Verdict | TotpVerdict>
}

export function createCodeWay(deps: CodeWayDeps, { method, answer, verify }: TypedCode): Way {
  const { progress, requesterFor, clock } = deps

  async function changeAfter(visit: Visit, { email }: SecondStep, form: Form) {
    const code = (form.get('code') ?? '').trim()
    if (code === '') return noticed({ kind: 'code', why: 'required' })
    // SECURITY: whose code it is follows from what was proved before, which is kept here
    const [first] = proofsOf(visit)
    if (!first) return noticed({ kind: 'factor', why: 'wrong' })
    const { tenant } = visit.details
    const { accountId } = first
    const requester = requesterFor(visit, email)
    const verdict = await verify({ tenant, accountId, code, requester })
    if (verdict.kind !== 'proved') return noticed(noticeOf(verdict, clock))
    return (before: Progress): Progress => ({
      ...before,
      notice: undefined,
      confirming: undefined,
      way: undefined,
      proofs: [...before.proofs, verdict.proof],
    })
  }

  return {
    method,
    page: (visit, step, { csrf, now }) =>
      secondStepPage({
        ...frameOf(visit, step, answer),
        csrf,
        method,
        error: errorOf(visit.progress.notice, now),
      }),
    answers: {
      async [answer](visit, form, step) {
        const { tenant, uid } = visit.details
        const change = await changeAfter(visit, step, form)
        await progress.change(tenant.id, uid, change)
      },
    },
  }
}

function noticeOf(
  verdict: Exclude<Verdict | TotpVerdict, { readonly kind: 'proved' }>,
  clock: Clock,
): Notice {
  switch (verdict.kind) {
    case 'used':
      return { kind: 'factor', why: 'used' }
    case 'clock_off':
      return verdict
    case 'throttled': {
      const { retryAfter, isLocked } = verdict
      return { kind: 'throttled', until: epochSeconds(clock) + retryAfter, isLocked }
    }
    case 'refused':
    case 'malformed':
      return { kind: 'factor', why: 'wrong' }
  }
}

function errorOf(notice: Notice | undefined, now: number): SecondStepError | undefined {
  const retryAfter = waitOf(notice, now)
  if (retryAfter > 0)
    return isLocked(notice) ? { kind: 'locked' } : { kind: 'throttled', retryAfter }
  if (notice?.kind === 'factor') return { kind: notice.why }
  if (notice?.kind === 'clock_off') return notice
  return notice?.kind === 'code' && notice.why === 'required' ? { kind: 'required' } : undefined
}
