import type { Context } from 'koa'
import type { Form } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { AppError } from '#kit/errors.ts'
import type { PasswordLogin, Requester, Verdict } from '#login/login.ts'
import type { Notice, Progress, ProgressStore } from './interaction.ts'
import { nextStep } from './next-step.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'
import type { Visit } from './visit.ts'

export type AnswerDeps = {
  readonly progress: ProgressStore
  readonly remembered: RememberedAccounts
  readonly password: PasswordLogin
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly clock: Clock
}

/** What a person posts: changes the progress and says nothing of what comes next. */
export type Answer = (visit: Visit, form: Form) => Promise<void>

/** By the last part of the address they are posted to. */
export function createAnswers(deps: AnswerDeps): Readonly<Record<string, Answer>> {
  return {
    identifier: identify(deps),
    password: provePassword(deps),
    account: chooseAccount(deps),
    another: async ({ details }) => {
      await deps.progress.change(details.tenant.id, details.uid, asAnother)
    },
  }
}

const asAnother = (before: Progress): Progress => ({
  ...before,
  another: true,
  email: undefined,
  notice: undefined,
  proofs: [],
})

function identify({ progress }: AnswerDeps): Answer {
  return async ({ details }, form) => {
    const typed = (form.get('email') ?? '').trim()
    const isAddress = canonicalEmail(typed) !== undefined
    const notice = isAddress ? undefined : identifierNotice(typed)
    const email = isAddress ? typed : undefined
    await progress.change(details.tenant.id, details.uid, (before) => ({
      ...before,
      email,
      notice,
    }))
  }
}

function identifierNotice(typed: string): Notice {
  return typed === '' ? { kind: 'email_required' } : { kind: 'email_invalid', typed }
}

function provePassword(deps: AnswerDeps): Answer {
  return async (visit, form) => {
    const step = nextStep(visit)
    if (step.kind !== 'password') return
    const { tenant, uid } = visit.details
    const password = form.get('password') ?? ''
    const change =
      password === '' ? passwordMissing : withVerdict(await verify(visit, step.email, password))
    await deps.progress.change(tenant.id, uid, change)
  }

  async function verify(visit: Visit, email: string, password: string): Promise<Verdict> {
    const { tenant } = visit.details
    const requester = { ...deps.requesterOf(visit.ctx), deviceCookie: deviceOf(visit, email) }
    return deps.password.verify({ tenant, email, password, requester })
  }

  /** What this browser holds for the account it now tries; verified by the method (Q37). */
  function deviceOf(visit: Visit, email: string): string | undefined {
    const known = [...visit.remembered, ...(visit.signedIn ? [visit.signedIn] : [])]
    const account = known.find((one) => canonicalEmail(one.email) === canonicalEmail(email))
    const here = deps.remembered.read(visit.details.tenant, visit.ctx.req)
    return here.find(({ id }) => id === account?.id)?.device
  }

  function withVerdict(verdict: Verdict): (before: Progress) => Progress {
    switch (verdict.kind) {
      case 'proved':
        return (before) => ({
          ...before,
          notice: undefined,
          proofs: [...before.proofs, verdict.proof],
        })
      case 'throttled': {
        const until = epochSeconds(deps.clock) + verdict.retryAfter
        return (before) => ({ ...before, notice: { kind: 'throttled', until } })
      }
      case 'refused':
      case 'malformed':
        return (before) => ({ ...before, notice: { kind: 'password_wrong' } })
    }
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
      progress.change(details.tenant.id, details.uid, (before) => ({
        ...before,
        notice: undefined,
        ...next,
      }))
    if (form.get('another') === 'yes') return void (await change({ another: true }))

    const known = [...visit.remembered, ...(signedIn ? [signedIn] : [])]
    const removed = known.find(({ id }) => id === form.get('remove'))
    if (removed) return remembered.remove(details.tenant, ctx.req, ctx.res, removed.id)

    const chosen = known.find(({ id }) => id === form.get('account'))
    if (!chosen) throw unknownAnswer()
    await change(chosen === signedIn ? { chosen: chosen.id } : { email: chosen.email })
  }
}

export function unknownAnswer(): AppError {
  return new AppError({
    code: 'interaction.unknown_answer',
    status: 400,
    message: 'That answer is not one of those offered.',
  })
}
