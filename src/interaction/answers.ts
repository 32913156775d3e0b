import type { Departures } from '#account/account.ts'
import { epochSeconds } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { PasswordLogin, Verdict } from '#login/login.ts'
import { unknownAnswer, type Answer } from './answer.ts'
import type { Notice, Progress } from './interaction.ts'
import { nextStep } from './next-step.ts'
import { createEmailCodeAnswers, type EmailCodeAnswerDeps } from './email-code-answers.ts'
import { createNudgeAnswers, type NudgeAnswerDeps } from './nudge-answers.ts'
import { createPasskeyAnswers, type PasskeyAnswerDeps } from './passkey-answers.ts'
import { createRegistrationAnswers, type RegistrationAnswerDeps } from './registration-answers.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'
import { createEnrolAnswers } from './enrolment/answers.ts'
import { createFederationAnswers } from './federation/answers.ts'
import { createMailboxAnswers, type MailboxAnswerDeps } from './federation/mailbox.ts'
import type { Enrolment } from './enrolment/enrolment.ts'
import { createNewCodesAnswers, type NewCodesDeps } from './enrolment/new-codes.ts'
import { createSecondStepAnswers } from './second-step/answers.ts'
import type { Way } from './second-step/second-step.ts'
import type { Visit } from './visit.ts'

export type AnswerDeps = EmailCodeAnswerDeps &
  PasskeyAnswerDeps &
  NudgeAnswerDeps &
  MailboxAnswerDeps &
  RegistrationAnswerDeps & {
    readonly remembered: RememberedAccounts
    readonly password: PasswordLogin
    readonly departures: Pick<Departures, 'stay'>
    readonly ways: readonly Way[]
    readonly enrolments: readonly Enrolment[]
    readonly recoveryCodes: NewCodesDeps['recoveryCodes']
  }

/** By the last part of the address they are posted to. */
export function createAnswers(deps: AnswerDeps): Readonly<Record<string, Answer>> {
  return {
    identifier: identify(deps),
    password: provePassword(deps),
    ...createEmailCodeAnswers(deps),
    ...createPasskeyAnswers(deps),
    ...createNudgeAnswers(deps),
    ...createRegistrationAnswers(deps),
    ...createSecondStepAnswers(deps),
    ...createEnrolAnswers(deps),
    ...createNewCodesAnswers(deps),
    ...createFederationAnswers(deps),
    ...createMailboxAnswers(deps),
    account: chooseAccount(deps),
    stay: stay(deps),
    another: async ({ details }) => {
      await deps.progress.change(details.tenant.id, details.uid, asAnother)
    },
  }
}

const asAnother = (before: Progress): Progress => ({
  ...before,
  another: true,
  email: undefined,
  method: undefined,
  connection: undefined,
  staysHere: false,
  linking: undefined,
  verifying: undefined,
  failure: undefined,
  registering: undefined,
  way: undefined,
  confirming: undefined,
  enrolling: undefined,
  newCodes: false,
  provesAnew: false,
  isPutOff: false,
  isGivenUp: false,
  notice: undefined,
  proofs: [],
})

function identify({ progress }: AnswerDeps): Answer {
  return async ({ details, progress: known }, form) => {
    const typed = (form.get('email') ?? '').trim()
    const isAddress = canonicalEmail(typed) !== undefined
    const notice = isAddress ? undefined : identifierNotice(typed)
    const email = isAddress ? typed : undefined
    const change = (before: Progress) => ({
      ...before,
      email,
      method: undefined,
      connection: undefined,
      staysHere: false,
      notice,
    })
    return progress.change(details.tenant.id, details.uid, change, known)
  }
}

function identifierNotice(typed: string): Notice {
  return typed === '' ? { kind: 'email_required' } : { kind: 'email_invalid', typed }
}

function provePassword(deps: AnswerDeps): Answer {
  return async (visit, form) => {
    const step = nextStep(visit)
    if (step.kind !== 'password') return undefined
    const { tenant, uid } = visit.details
    const password = form.get('password') ?? ''
    const change =
      password === '' ? passwordMissing : withVerdict(await verify(visit, step.email, password))
    return deps.progress.change(tenant.id, uid, change, visit.progress)
  }

  async function verify(visit: Visit, email: string, password: string): Promise<Verdict> {
    const { tenant } = visit.details
    return deps.password.verify({
      tenant,
      email,
      password,
      requester: deps.requesterFor(visit, email),
    })
  }

  function withVerdict(verdict: Verdict): (before: Progress) => Progress {
    switch (verdict.kind) {
      case 'proved':
        return (before) => ({
          ...before,
          notice: undefined,
          mailed: undefined, // a code to sign in with is none that verifies the address
          proofs: [...before.proofs, verdict.proof],
        })
      case 'throttled': {
        const { retryAfter, isLocked } = verdict
        const until = epochSeconds(deps.clock) + retryAfter
        return (before) => ({ ...before, notice: { kind: 'throttled', until, isLocked } })
      }
      case 'refused':
      case 'malformed':
        return (before) => ({ ...before, notice: { kind: 'password_wrong' } })
    }
  }
}

/** Whose account it is follows from the proof, which is kept here, never from the form. */
function stay({ departures, requesterFor }: AnswerDeps): Answer {
  return async (visit) => {
    const [first] = visit.progress.proofs
    if (!first || visit.leaving === undefined) return
    const { ip, userAgent, requestId } = requesterFor(visit, '')
    const actor = { kind: 'account', id: first.accountId } as const
    const { tenant } = visit.details
    await departures.stay(tenant.id, first.accountId, { actor, ip, userAgent, requestId })
  }
}

const passwordMissing = (before: Progress): Progress => ({
  ...before,
  notice: { kind: 'password_required' },
})

function chooseAccount({ progress, remembered }: AnswerDeps): Answer {
  return async (visit, form) => {
    const { details, ctx, signedIn } = visit
    const change = (next: Partial<Progress>) =>
      progress.change(
        details.tenant.id,
        details.uid,
        (before) => ({ ...before, notice: undefined, ...next }),
        visit.progress,
      )
    if (form.get('another') === 'yes') return change({ another: true })

    const known = [...visit.remembered, ...(signedIn ? [signedIn] : [])]
    const removed = known.find(({ id }) => id === form.get('remove'))
    if (removed) return remembered.remove(details.tenant, ctx.req, ctx.res, removed.id)

    const chosen = known.find(({ id }) => id === form.get('account'))
    if (!chosen) throw unknownAnswer()
    return change(
      chosen === signedIn
        ? { chosen: chosen.id }
        : { email: chosen.email, method: undefined, connection: chosen.via, staysHere: false },
    )
  }
}
