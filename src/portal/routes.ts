import { Router } from '@koa/router'
import type { Context } from 'koa'
import { accountClientId } from '#client/client.ts'
import type { Csrf, Form, ReadForm } from '#http/http.ts'
import { AppError } from '#kit/errors.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import { portalCookie } from './cookies.ts'
import { accountPath, csrfBinding } from './portal.ts'
import type { Visit } from './portal.ts'
import type { PortalSection } from './sections.ts'
import type { PortalSessions } from './sessions.ts'
import type { PortalSignIn } from './sign-in.ts'

export type PortalDeps = {
  readonly visit: (ctx: Context) => Promise<Visit | undefined>
  readonly signIn: PortalSignIn
  readonly sessions: PortalSessions
  readonly sections: readonly PortalSection[]
  readonly csrf: Csrf
  readonly readForm: ReadForm
}

/** `/account/…`: a page for each GET, a 303 for each POST; whoever is not signed in is asked to. */
export function createPortalRouter(deps: PortalDeps): Router {
  const { signIn, sessions, sections } = deps
  const router = new Router({ prefix: '/account' })

  router.get('/', (ctx) => redirect(ctx, accountPath(tenantOf(ctx.req), 'profile')))

  router.get('/callback', async (ctx) => {
    if (!(await signIn.finish(ctx))) throw signInLost()
  })

  // for whoever is asked to prove once more who they are: a page says which one they come from
  router.get('/confirm/:page', async (ctx) => {
    const page = String(ctx.params['page'])
    if (!sections.some(({ pages }) => Object.hasOwn(pages, page))) return
    signIn.begin(ctx, accountPath(tenantOf(ctx.req), page), true)
  })

  router.post('/sign-out', async (ctx) => {
    const visit = await signedIn(ctx, 'profile')
    if (!visit) return
    await checkedForm(visit)
    const { tenant, session } = visit
    await sessions.end(tenant.id, portalCookie.read(tenant, ctx.req) ?? '')
    portalCookie.clear(tenant, ctx.res)
    const hint = { client_id: accountClientId, id_token_hint: session.idToken }
    redirect(ctx, `${basePathOf(tenant)}/logout?${new URLSearchParams(hint).toString()}`)
  })

  for (const { pages, actions } of sections) {
    for (const [name, render] of Object.entries(pages)) {
      router.get(`/${name}`, async (ctx) => {
        const visit = await signedIn(ctx, name)
        if (!visit) return
        ctx.body = String(await render(visit))
        ctx.type = 'html'
      })
    }
    for (const [name, act] of Object.entries(actions)) {
      const [page = ''] = name.split('/')
      router.post(`/${name}`, async (ctx) => {
        const visit = await signedIn(ctx, page)
        if (!visit) return
        const next = await act(visit, await checkedForm(visit))
        if (next === 'answered') return
        if ('confirm' in next)
          return signIn.begin(ctx, accountPath(visit.tenant, next.confirm), true)
        redirect(ctx, accountPath(visit.tenant, next.page))
      })
      // a refused form stands in the address bar: whoever asks for it again wants the page
      if (!Object.hasOwn(pages, name))
        router.get(`/${name}`, (ctx) => redirect(ctx, accountPath(tenantOf(ctx.req), page)))
    }
  }

  /** Undefined after the person was sent to sign in; `page` is where they come back to. */
  async function signedIn(ctx: Context, page: string): Promise<Visit | undefined> {
    const visit = await deps.visit(ctx)
    if (!visit) signIn.begin(ctx, accountPath(tenantOf(ctx.req), page))
    return visit
  }

  async function checkedForm(visit: Visit): Promise<Form> {
    const form = await deps.readForm(visit.ctx)
    const { issuer } = visit.tenant
    deps.csrf.check(visit.ctx, { issuer, binding: csrfBinding(visit.sessionKey), form })
    return form
  }

  return router
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}

function signInLost(): AppError {
  return new AppError({
    code: 'portal.sign_in_lost',
    status: 400,
    message: 'This sign-in was not begun here, or is over. Open My account again.',
  })
}
