import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, ReadForm } from '#http/http.ts'
import { epochSeconds } from '#kit/clock.ts'
import { tenantOf, type PageOf } from '#tenant/tenant.ts'
import { nextStep } from '../next-step.ts'
import type { Visit } from '../visit.ts'
import { createRecoveryAnswers, type RecoveryAnswerDeps, type RecoveryVisit } from './answers.ts'
import { createRecoveryPage, csrfBinding, homeOf, waitOf } from './pages.ts'
import { emptyRecovery } from './recovery.ts'

export type RecoveryDeps = RecoveryAnswerDeps & {
  /** The sign-in somebody comes from; rejects where there is none in this browser. */
  readonly visit: (ctx: Context) => Promise<Visit>
  readonly pageOf: PageOf
  readonly csrf: Csrf
  readonly readForm: ReadForm
}

/** `/recover`: one page that shows the step, one POST for each answer, always answered by 303. */
export function createRecoveryRouter(deps: RecoveryDeps): Router {
  const { cookie, recoveries, csrf, clock } = deps
  const router = new Router()
  const answers = createRecoveryAnswers(deps)
  const pageFor = createRecoveryPage(csrf)

  router.get('/recover', async (ctx) => {
    const visit = await visitOf(ctx, cookie.ensure(ctx))
    const now = epochSeconds(clock)
    const wait = waitOf(visit.recovery.notice, now)
    if (wait > 0) {
      ctx.status = 429
      ctx.set('retry-after', String(wait))
    }
    ctx.type = 'html'
    ctx.body = pageFor(visit, now).toString()
  })

  for (const [step, answer] of Object.entries(answers)) {
    router.post(`/recover/${step}`, async (ctx) => {
      const form = await deps.readForm(ctx)
      const key = cookie.read(ctx) ?? ''
      csrf.check(ctx, { issuer: tenantOf(ctx.req).issuer, binding: csrfBinding(key), form })
      const visit = await visitOf(ctx, key)
      await answer(visit, form)
      redirect(ctx, homeOf(visit))
    })
  }

  // a refused form stands in the address bar: whoever asks for it again wants the step
  router.get(
    Object.keys(answers).map((step) => `/recover/${step}`),
    async (ctx) => redirect(ctx, homeOf(await visitOf(ctx, cookie.ensure(ctx)))),
  )

  // from a sign-in: the address is known there, and that is where the way leads back to
  router.get('/interaction/:uid/recover', async (ctx) => {
    const from = await deps.visit(ctx)
    const step = nextStep(from)
    const visit = await visitOf(ctx, cookie.renew(ctx))
    await recoveries.change(visit.tenant.id, visit.key, () => ({
      ...emptyRecovery,
      email: step.kind === 'password' ? step.email : undefined,
      interaction: from.details.uid,
    }))
    redirect(ctx, homeOf(visit))
  })

  async function visitOf(ctx: Context, key: string): Promise<RecoveryVisit> {
    const tenant = tenantOf(ctx.req)
    const page = deps.pageOf(tenant, { headers: ctx.headers })
    return { ctx, tenant, page, key, recovery: await recoveries.read(tenant.id, key) }
  }

  return router
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
