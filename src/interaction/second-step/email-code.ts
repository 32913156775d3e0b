import type { Form } from '#http/http.ts'
import type { BrowserCookie, EmailSecondStep } from '#login/email-code/email-code.ts'
import type { Clock } from '#kit/clock.ts'
import { secondStepPage } from '#views/second-step.ts'
import { noticed, noticeOfCode } from '../email-code-answers.ts'
import { codeErrorOf } from '../email-code-page.ts'
import type { Progress, ProgressStore } from '../interaction.ts'
import { proofsOf } from '../proofs.ts'
import type { RequesterFor } from '../requester.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'
import { frameOf } from './second-step.ts'
import type { SecondStep, Way } from './second-step.ts'

export type EmailWayDeps = {
  readonly emailSecondStep: EmailSecondStep
  readonly browserCookie: BrowserCookie
  readonly progress: ProgressStore
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** A code by mail to whoever has proved who they are; only where the tenant takes one for a second step. */
export function createEmailWay(deps: EmailWayDeps): Way {
  return {
    method: 'email_code',
    page: (visit, step, { csrf, now }) => {
      const { confirming, notice } = visit.progress
      return secondStepPage({
        ...frameOf(visit, step, 'confirm-code'),
        csrf,
        method: 'email_code',
        sendAction: addressOf(visit, 'send-confirm-code'),
        sent: confirming && { resendIn: Math.max(0, confirming.nextAt - now) },
        error: codeErrorOf(notice, confirming, now),
      })
    },
    answers: {
      'confirm-code': (visit, form) => prove(visit, form, deps),
      'send-confirm-code': (visit, _form, step) => send(visit, step, deps),
    },
    async reached(visit, step) {
      if (!visit.progress.confirming) await send(visit, step, deps)
    },
  }
}

async function send(visit: Visit, { email }: SecondStep, deps: EmailWayDeps): Promise<void> {
  const { details, ctx, page, progress } = visit
  const { tenant, uid } = details
  const [first] = proofsOf(visit)
  if (!first) return
  const issued = await deps.emailSecondStep.send({
    tenant,
    accountId: first.accountId,
    browser: deps.browserCookie.ensure(tenant, ctx.req, ctx.res),
    requester: deps.requesterFor(visit, email),
    locale: page.locale,
  })
  if (!issued) return
  const { handle, nextAt, fresh } = issued
  const isRepeated = !fresh && progress.confirming !== undefined
  await deps.progress.change(tenant.id, uid, (before) => ({
    ...before,
    confirming: { email, handle, nextAt },
    notice: isRepeated ? { kind: 'code', why: 'too_soon' } : undefined,
  }))
}

async function prove(visit: Visit, form: Form, deps: EmailWayDeps): Promise<void> {
  const { tenant, uid } = visit.details
  const change = await changeAfter(visit, (form.get('code') ?? '').trim(), deps)
  await deps.progress.change(tenant.id, uid, change)
}

async function changeAfter(visit: Visit, code: string, deps: EmailWayDeps) {
  const { details, ctx, progress } = visit
  const [first] = proofsOf(visit)
  if (code === '') return noticed({ kind: 'code', why: 'required' })
  if (!first || !progress.confirming) return noticed({ kind: 'code', why: 'expired' })
  const verdict = await deps.emailSecondStep.verify({
    tenant: details.tenant,
    accountId: first.accountId,
    handle: progress.confirming.handle,
    browser: deps.browserCookie.read(details.tenant, ctx.req),
    code,
    requester: deps.requesterFor(visit, progress.confirming.email),
  })
  if (verdict.kind !== 'proved') return noticed(noticeOfCode(verdict, deps.clock))
  return (before: Progress): Progress => ({
    ...before,
    notice: undefined,
    confirming: undefined,
    way: undefined,
    proofs: [...before.proofs, verdict.proof],
  })
}
