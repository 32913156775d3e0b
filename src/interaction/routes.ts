import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, Form, ReadForm } from '#http/http.ts'
import { epochSeconds } from '#kit/clock.ts'
import type { Requester } from '#login/login.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import { unknownAnswer } from './answer.ts'
import { createAnswers } from './answers.ts'
import type { AnswerDeps } from './answers.ts'
import type { Finish } from './finish.ts'
import { sendCodesFile } from './enrolment/new-codes.ts'
import { sendFirstCode } from './email-code-answers.ts'
import { nextStep } from './next-step.ts'
import { passkeyOptions, type NewPasskeyDeps } from './passkey-answers.ts'
import type { TellOfRefusal } from './refusal-notice.ts'
import { reachSecondStep } from './second-step/answers.ts'
import type { StepPage } from './step-page.ts'
import { addressOf, csrfBinding } from './visit.ts'
import { isLocked, waitOf } from './wait.ts'
import type { Visit, Visits } from './visit.ts'
import type { Step } from './interaction.ts'

export type InteractionDeps = AnswerDeps &
  NewPasskeyDeps &
  Visits & {
    readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
    readonly stepPage: StepPage
    readonly finish: Finish
    readonly tellOfRefusal: TellOfRefusal
    readonly csrf: Csrf
    readonly readForm: ReadForm
  }

/** `/interaction/:uid`: one page that shows the step, one POST for each answer, always answered by 303 (RFC 9700 §4.12). */
export function createInteractionRouter(deps: InteractionDeps): Router {
  const router = new Router({ prefix: '/interaction/:uid' })
  const answers = createAnswers(deps)

  router.get('/', async (ctx) => {
    const visit = await deps.visit(ctx)
    const step = nextStep(visit)
    const now = epochSeconds(deps.clock)
    const page = await deps.stepPage(visit, step, now)
    if (!page) return redirect(ctx, await addressOfEnd(visit))
    const { notice } = visit.progress
    const wait = waitOf(notice, now)
    if (isProof(step) && wait > 0) tooManyTries(ctx, isLocked(notice) ? 423 : 429, wait)
    ctx.type = 'html'
    ctx.body = page.toString()
  })

  router.post('/password', (_, next) => {
    deps.password.admit() // looking up whose password it is costs a tenth of verifying it
    return next()
  })

  for (const [step, answer] of Object.entries(answers)) {
    router.post(`/${step}`, async (ctx) => {
      const { visit, form } = await posted(ctx)
      const left = await answer(visit, form)
      const next = await deps.again(visit, left ?? undefined)
      await reach(next, deps)
      redirect(ctx, await addressOfNext(next))
    })
  }

  // a refused form stands in the address bar: whoever asks for it again wants the step
  const steps = ['consent', 'refused', 'recovery-codes', ...Object.keys(answers)]
  for (const step of steps) {
    router.get(`/${step}`, (ctx) => {
      redirect(ctx, `${basePathOf(tenantOf(ctx.req))}/interaction/${String(ctx.params['uid'])}`)
    })
  }

  async function posted(ctx: Context): Promise<Posted> {
    // SECURITY: the form first: however slowly it comes, it answers what is asked when it has come
    const form = await deps.readForm(ctx)
    const visit = await deps.visit(ctx)
    const { issuer } = visit.details.tenant
    deps.csrf.check(ctx, { issuer, binding: csrfBinding(visit), form })
    return { visit, form }
  }

  async function addressOfNext(visit: Visit): Promise<string> {
    const { kind } = nextStep(visit)
    return kind === 'signed_in' || kind === 'account_chosen' || kind === 'unmet'
      ? addressOfEnd(visit)
      : addressOf(visit)
  }

  async function addressOfEnd(visit: Visit): Promise<string> {
    const step = nextStep(visit)
    if (step.kind === 'signed_in') return deps.finish.signedIn(visit, step.proofs)
    return step.kind === 'unmet' ? deps.finish.unmet(visit) : deps.finish.accountChosen(visit)
  }

  addConsent(router, deps, posted)
  addHandouts(router, deps, posted)
  addWayBack(router, deps, posted)
  return router
}

type Posted = { readonly visit: Visit; readonly form: Form }
type ReadPost = (ctx: Context) => Promise<Posted>

function addConsent(
  router: Router,
  deps: Pick<InteractionDeps, 'finish' | 'requesterOf'>,
  posted: ReadPost,
): void {
  router.post('/consent', async (ctx) => {
    const { visit, form } = await posted(ctx)
    const decision = form.get('decision')
    if (nextStep(visit).kind !== 'consent') return redirect(ctx, addressOf(visit))
    if (decision !== 'allow' && decision !== 'deny') throw unknownAnswer()
    const requester = { ...deps.requesterOf(ctx), deviceCookie: undefined }
    redirect(ctx, await deps.finish.consent(visit, decision, requester))
  })
}

/** What a page asks for without leaving its step. */
function addHandouts(router: Router, deps: InteractionDeps, posted: ReadPost): void {
  // a file: the page stays where it is
  router.post('/recovery-codes', async (ctx) => {
    const { visit } = await posted(ctx)
    if (!(await sendCodesFile(ctx, visit, deps))) redirect(ctx, addressOf(visit))
  })

  // for the script of the page, which asks with what it is given
  router.post('/passkey-options', async (ctx) => {
    const { visit, form } = await posted(ctx)
    ctx.body = await passkeyOptions(visit, form, deps)
  })
}

/** Out of a sign-in that is refused, back to the application. */
function addWayBack(router: Router, deps: Pick<InteractionDeps, 'finish'>, posted: ReadPost): void {
  router.post('/refused', async (ctx) => {
    const { visit } = await posted(ctx)
    const isRefused = nextStep(visit).kind === 'refused'
    redirect(ctx, isRefused ? await deps.finish.refused(visit) : addressOf(visit))
  })
}

const proving: readonly Step['kind'][] = [
  'password',
  'email_code',
  'verify_email',
  'verify_elsewhere',
  'register_code',
  'second_step',
]

/** What a step does when it is reached by a POST: a GET sends no mail (Q57). */
async function reach(visit: Visit, deps: InteractionDeps): Promise<void> {
  await sendFirstCode(visit, deps)
  await reachSecondStep(visit, deps.ways)
  await deps.tellOfRefusal(visit)
}

function isProof({ kind }: Step): boolean {
  return proving.includes(kind)
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}

function tooManyTries(ctx: Context, status: 423 | 429, wait: number): void {
  ctx.status = status
  ctx.set('retry-after', String(wait))
}
