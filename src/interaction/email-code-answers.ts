import type { Form } from '#http/http.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type {
  BrowserCookie,
  EmailCodeLogin,
  EmailCodeVerdict,
  EmailVerification,
} from '#login/email-code/email-code.ts'
import type { Answer } from './answer.ts'
import type { MailedCode, Notice, Progress, ProgressStore, Step } from './interaction.ts'
import { nextStep } from './next-step.ts'
import type { RequesterFor } from './requester.ts'
import type { Visit } from './visit.ts'

export type EmailCodeAnswerDeps = {
  readonly progress: ProgressStore
  readonly emailCode: EmailCodeLogin
  readonly emailVerification: EmailVerification
  readonly browserCookie: BrowserCookie
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** What a person posts where a code by mail is asked for, or wanted. */
export function createEmailCodeAnswers(
  deps: EmailCodeAnswerDeps,
): Readonly<Record<'email-code' | 'send-code' | 'use-code' | 'use-password', Answer>> {
  return {
    'email-code': prove(deps),
    'send-code': async (visit) => {
      const step = nextStep(visit)
      if (isCodeStep(step)) await send(visit, step, deps)
    },
    'use-code': use('email_code', deps),
    'use-password': use('password', deps),
  }
}

/** Sends the first code when the step that needs one was reached by a POST; a GET sends nothing (Q57). */
export async function sendFirstCode(visit: Visit, deps: EmailCodeAnswerDeps): Promise<void> {
  const step = nextStep(visit)
  if (!isCodeStep(step) || mailedTo(step.email, visit.progress)) return
  await send(visit, step, deps)
}

export type CodeStep = Extract<Step, { kind: 'email_code' | 'verify_email' }>

export function isCodeStep(step: Step): step is CodeStep {
  return step.kind === 'email_code' || step.kind === 'verify_email'
}

/** The code that was mailed for this address, if one was. */
export function mailedTo(email: string, { mailed }: Progress): MailedCode | undefined {
  return mailed?.email === email ? mailed : undefined
}

const use =
  (method: Progress['method'], { progress }: EmailCodeAnswerDeps): Answer =>
  async ({ details }) => {
    const change = (before: Progress): Progress => ({ ...before, method, notice: undefined })
    await progress.change(details.tenant.id, details.uid, change)
  }

async function send(visit: Visit, step: CodeStep, deps: EmailCodeAnswerDeps): Promise<void> {
  const { email } = step
  const { details, ctx, page } = visit
  const { tenant, uid } = details
  const asked = {
    tenant,
    email,
    browser: deps.browserCookie.ensure(tenant, ctx.req, ctx.res),
    requester: deps.requesterFor(visit, email),
    locale: page.locale,
  }
  const issued =
    step.kind === 'verify_email'
      ? await deps.emailVerification.send(asked)
      : await deps.emailCode.send({ ...asked, uid })
  const { handle, nextAt, fresh } = issued
  const isRepeated = !fresh && mailedTo(email, visit.progress) !== undefined
  await deps.progress.change(tenant.id, uid, (before) => ({
    ...before,
    mailed: { email, handle, nextAt },
    notice: isRepeated ? { kind: 'code', why: 'too_soon' } : undefined,
  }))
}

function prove(deps: EmailCodeAnswerDeps): Answer {
  return async (visit, form) => {
    const step = nextStep(visit)
    if (!isCodeStep(step)) return
    const { tenant, uid } = visit.details
    const change = await changeAfter(visit, step, form)
    await deps.progress.change(tenant.id, uid, change)
  }

  async function changeAfter(visit: Visit, { kind, email }: CodeStep, form: Form) {
    const { details, ctx, progress } = visit
    const code = (form.get('code') ?? '').trim()
    const mailed = mailedTo(email, progress)
    if (code === '') return noticed({ kind: 'code', why: 'required' })
    if (!mailed) return noticed({ kind: 'code', why: 'expired' })
    const by = kind === 'verify_email' ? deps.emailVerification : deps.emailCode
    const verdict = await by.verify({
      tenant: details.tenant,
      handle: mailed.handle,
      browser: deps.browserCookie.read(details.tenant, ctx.req),
      code,
      requester: deps.requesterFor(visit, email),
    })
    if (verdict.kind !== 'proved') return noticed(noticeOfCode(verdict, deps.clock))
    return (before: Progress): Progress => ({
      ...before,
      notice: undefined,
      mailed: undefined,
      proofs: [...before.proofs, verdict.proof],
    })
  }
}

/** What a code brought that proved nothing. */
export function noticeOfCode(
  verdict: Exclude<EmailCodeVerdict, { readonly kind: 'proved' }>,
  clock: Clock,
): Notice {
  switch (verdict.kind) {
    case 'wrong':
      return { kind: 'code_wrong', left: verdict.left }
    case 'expired':
    case 'too_many':
      return { kind: 'code', why: verdict.kind }
    case 'throttled':
      return { kind: 'throttled', until: epochSeconds(clock) + verdict.retryAfter }
  }
}

export const noticed =
  (notice: Notice) =>
  (before: Progress): Progress => ({ ...before, notice })
