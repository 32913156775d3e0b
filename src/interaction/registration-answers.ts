import type { Form } from '#http/http.ts'
import type { Enforcement } from '#federation/federation.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type {
  Applicant,
  ApplicantVerdict,
  Registrations,
} from '#login/registration/registration.ts'
import type { Answer } from './answer.ts'
import { emptyRegistering } from './interaction.ts'
import type { Progress, ProgressStore, Registering } from './interaction.ts'
import { nextStep } from './next-step.ts'
import type { RequesterFor } from './requester.ts'
import type { Visit } from './visit.ts'

export type RegistrationAnswerDeps = {
  readonly progress: ProgressStore
  readonly registrations: Registrations
  readonly browserCookie: BrowserCookie
  readonly requesterFor: RequesterFor
  readonly enforcement: Pick<Enforcement, 'ofEmail'>
  readonly clock: Clock
}

export type RegistrationAnswer =
  | 'start-registration'
  | 'cancel-registration'
  | 'register'
  | 'register-code'
  | 'send-register-code'
  | 'register-password'

/** What a person posts on the way to an account of their own. */
export function createRegistrationAnswers(
  deps: RegistrationAnswerDeps,
): Readonly<Record<RegistrationAnswer, Answer>> {
  return {
    'start-registration': async (visit) => {
      if (!visit.policy.mayRegister) return
      const email = visit.invitation?.email ?? visit.details.loginHint ?? ''
      await save(deps, visit, () => ({ ...emptyRegistering, email }))
    },
    'cancel-registration': async (visit) => save(deps, visit, () => undefined),
    register: async (visit, form) => {
      if (nextStep(visit).kind === 'register') await begin(deps, visit, formOf(form))
    },
    'send-register-code': async (visit) => {
      const { registering } = visit.progress
      if (nextStep(visit).kind === 'register_code' && registering) {
        await begin(deps, visit, registering)
      }
    },
    'register-code': async (visit, form) => prove(deps, visit, form),
    'register-password': async (visit, form) => create(deps, visit, form),
  }
}

/** Where a registration stands once the address is proved. */
export function withApplicant(before: Progress, applicant: Applicant): Progress {
  const { email, name } = applicant
  const registering = { ...emptyRegistering, email, name, agreed: true, applicant }
  return { ...before, registering, notice: undefined }
}

type Change = (before: Registering) => Registering | undefined

async function save(
  deps: RegistrationAnswerDeps,
  { details }: Visit,
  change: Change,
): Promise<void> {
  await deps.progress.change(details.tenant.id, details.uid, (before) => ({
    ...before,
    notice: undefined,
    registering: change(before.registering ?? emptyRegistering),
  }))
}

const formOf = (form: Form) => ({
  email: (form.get('email') ?? '').trim(),
  name: (form.get('name') ?? '').trim(),
  agreed: form.get('terms') === 'yes',
})

type Filled = ReturnType<typeof formOf>

async function begin(deps: RegistrationAnswerDeps, visit: Visit, filled: Filled): Promise<void> {
  const { details, ctx, page, invitation } = visit
  const { tenant, uid } = details
  const { email, name, agreed } = filled
  if (await deps.enforcement.ofEmail(tenant.id, email)) return toHomeRealm(deps, visit, email)
  const result = await deps.registrations.begin({
    tenant,
    email,
    name,
    agreed,
    invitation,
    browser: deps.browserCookie.ensure(tenant, ctx.req, ctx.res),
    data: { uid },
    requester: deps.requesterFor(visit, email),
    locale: page.locale,
  })
  if (result.outcome === 'refused') {
    const problem = result.reason
    return save(deps, visit, () => ({ ...emptyRegistering, email, name, agreed, problem }))
  }
  const { handle, nextAt, fresh } = result
  const isRepeated = !fresh && visit.progress.registering?.mailed !== undefined
  await deps.progress.change(tenant.id, uid, (before) => ({
    ...before,
    registering: { ...emptyRegistering, email, name, agreed, mailed: { email, handle, nextAt } },
    notice: isRepeated ? { kind: 'code', why: 'too_soon' } : undefined,
  }))
}

/** Whoever would be made an account by a sign-in elsewhere needs none of ours: the next step leads there. */
async function toHomeRealm(
  { progress }: RegistrationAnswerDeps,
  { details }: Visit,
  email: string,
): Promise<void> {
  const change = { registering: undefined, notice: undefined, email, staysHere: false }
  await progress.change(details.tenant.id, details.uid, (before) => ({ ...before, ...change }))
}

async function prove(deps: RegistrationAnswerDeps, visit: Visit, form: Form): Promise<void> {
  const { details, ctx, progress } = visit
  const mailed = progress.registering?.mailed
  if (nextStep(visit).kind !== 'register_code' || !mailed) return
  const { tenant, uid } = details
  const code = (form.get('code') ?? '').trim()
  const verdict: ApplicantVerdict | undefined =
    code === ''
      ? undefined
      : await deps.registrations.verify({
          tenant,
          handle: mailed.handle,
          browser: deps.browserCookie.read(tenant, ctx.req),
          code,
          requester: deps.requesterFor(visit, mailed.email),
        })
  const now = epochSeconds(deps.clock)
  await deps.progress.change(tenant.id, uid, (before) => afterCode(before, verdict, now))
}

function afterCode(before: Progress, verdict: ApplicantVerdict | undefined, now: number): Progress {
  switch (verdict?.kind) {
    case undefined:
      return { ...before, notice: { kind: 'code', why: 'required' } }
    case 'proved':
      return withApplicant(before, verdict.applicant)
    case 'wrong':
      return { ...before, notice: { kind: 'code_wrong', left: verdict.left } }
    case 'throttled':
      return { ...before, notice: { kind: 'throttled', until: now + verdict.retryAfter } }
    case 'expired':
    case 'too_many':
      return { ...before, notice: { kind: 'code', why: verdict.kind } }
  }
}

async function create(deps: RegistrationAnswerDeps, visit: Visit, form: Form): Promise<void> {
  const applicant = visit.progress.registering?.applicant
  if (nextStep(visit).kind !== 'register_password' || !applicant) return
  const { tenant, uid } = visit.details
  const typed = form.get('new_password') ?? ''
  const isWithout = form.get('without') === 'yes'
  if (typed === '' && !isWithout) return save(deps, visit, refusedWith('required'))
  const password = isWithout ? undefined : typed
  const requester = deps.requesterFor(visit, applicant.email)
  const result = await deps.registrations.create({ tenant, applicant, password, requester })
  if (result.outcome === 'refused') return save(deps, visit, refusedWith(result.reason))
  const amr = password === undefined ? ['otp'] : ['otp', 'pwd'] // RFC 8176 §2
  const at = epochSeconds(deps.clock)
  await deps.progress.change(tenant.id, uid, (before) => {
    const next = { ...before, registering: undefined, notice: undefined }
    if (result.outcome === 'over') return { ...next, email: applicant.email }
    const proof = { method: 'email_code', accountId: result.account.id, amr, at } as const
    return { ...next, proofs: [...before.proofs, proof] }
  })
}

const refusedWith =
  (problem: Registering['problem']): Change =>
  (before) => ({ ...before, problem })
