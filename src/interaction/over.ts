import type { Middleware } from 'koa'
import { newReference } from '#kit/random.ts'
import type { PageOf } from '#tenant/tenant.ts'
import { tenantOf } from '#tenant/tenant.ts'
import { errorPage } from '#views/error.ts'
import type { ProblemOfOver } from './problem-page.ts'
import { InteractionOver } from './visit.ts'

/** Answers an interaction that is no more: what to do depends on what is still known of it. */
export function createOverPage(deps: {
  readonly problemOf: ProblemOfOver
  readonly pageOf: PageOf
}): Middleware {
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof InteractionOver)) throw error
      const tenant = tenantOf(ctx.req)
      const uid = ctx.path.split('/')[2] ?? ''
      const problem = await deps.problemOf(tenant, uid, ctx.req)
      const page = deps.pageOf(tenant, { headers: ctx.headers })
      ctx.status = error.status
      ctx.type = 'html'
      ctx.body = errorPage({ page, problem, reference: newReference() }).toString()
    }
  }
}
