import type { Identities } from '#federation/federation.ts'
import type { Form } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import type { BrowserCookie, ForeignMailbox } from '#login/email-code/email-code.ts'
import type { Answer } from '../answer.ts'
import { noticed, noticeOfCode } from '../email-code-answers.ts'
import type { ProgressStore, Verifying } from '../interaction.ts'
import { nextStep } from '../next-step.ts'
import type { RequesterFor } from '../requester.ts'
import type { Visit } from '../visit.ts'
import type { Change, ChangeAfter } from './admittance.ts'
import type { TellOfFailure } from './failures.ts'

export type MailboxAnswerDeps = {
  readonly progress: ProgressStore
  readonly foreignMailbox: ForeignMailbox
  readonly identities: Pick<Identities, 'admitVerified'>
  readonly changeAfter: ChangeAfter
  readonly tellOfFailure: TellOfFailure
  readonly browserCookie: BrowserCookie
  readonly requesterFor: RequesterFor
  readonly clock: Clock
}

/** What a person posts who has an address elsewhere that nobody vouches for. They ask for the mail: a GET brought them (Q57). */
export function createMailboxAnswers(
  deps: MailboxAnswerDeps,
): Readonly<Record<'send-elsewhere-code' | 'elsewhere-code', Answer>> {
  const change =
    (after: typeof changeAfterCode): Answer =>
    async (visit, form) => {
      const { verifying } = visit.progress
      if (nextStep(visit).kind !== 'verify_elsewhere' || !verifying) return
      const { tenant, uid } = visit.details
      await deps.progress.change(tenant.id, uid, await after(visit, verifying, form, deps))
    }
  return {
    'send-elsewhere-code': change(send),
    'elsewhere-code': change(changeAfterCode),
  }
}

async function send(
  visit: Visit,
  verifying: Verifying,
  _form: Form,
  deps: MailboxAnswerDeps,
): Promise<Change> {
  const { details, ctx, page } = visit
  const { email } = verifying
  const { handle, nextAt, fresh } = await deps.foreignMailbox.send({
    tenant: details.tenant,
    email,
    browser: deps.browserCookie.ensure(details.tenant, ctx.req, ctx.res),
    requester: deps.requesterFor(visit, email),
    locale: page.locale,
  })
  const isRepeated = !fresh && verifying.mailed !== undefined
  return (before) => ({
    ...before,
    verifying: before.verifying && { ...before.verifying, mailed: { email, handle, nextAt } },
    notice: isRepeated ? { kind: 'code', why: 'too_soon' } : undefined,
  })
}

async function changeAfterCode(
  visit: Visit,
  { connection, mailed, handle }: Verifying,
  form: Form,
  deps: MailboxAnswerDeps,
): Promise<Change> {
  const { details, ctx } = visit
  const { tenant } = details
  const code = (form.get('code') ?? '').trim()
  if (code === '') return noticed({ kind: 'code', why: 'required' })
  if (!mailed) return noticed({ kind: 'code', why: 'expired' })
  const requester = deps.requesterFor(visit, mailed.email)
  const verdict = await deps.foreignMailbox.verify({
    tenant,
    handle: mailed.handle,
    browser: deps.browserCookie.read(tenant, ctx.req),
    code,
    requester,
  })
  if (verdict.kind !== 'proved') return noticed(noticeOfCode(verdict, deps.clock))
  const { ip, userAgent, requestId } = requester
  const by = { ip, userAgent, requestId }
  const { email } = verdict
  const admission = await deps.identities.admitVerified({ tenant, handle, email, requester: by })
  if (admission) return deps.changeAfter(ctx, { tenant, connection }, admission)
  const why = { reason: 'errand_unknown', detail: 'they proved their mailbox too late' } as const
  const failure = await deps.tellOfFailure(ctx, { tenant, connection, ...why })
  return (before) => ({ ...before, verifying: undefined, failure })
}
