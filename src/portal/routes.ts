import { Router } from '@koa/router'
import type { Context } from 'koa'
import { accountClientId } from '#client/client.ts'
import type { Csrf, Form, ReadForm } from '#http/http.ts'
import { AppError } from '#kit/errors.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { PageOf } from '#tenant/tenant.ts'
import { factorsChangedPage, leftPage, passwordChangedPage } from '#views/leaving.ts'
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
  readonly pageOf: PageOf
  readonly readForm: ReadForm
}

/** `/account/…`: a page for each GET, a 303 for each POST; whoever is not signed in is asked to. */
export function createPortalRouter(deps: PortalDeps): Router {
  const router = new Router({ prefix: '/account' })
  const gate = createPortalGate(deps)
  router.get('/', (ctx) => redirect(ctx, accountPath(tenantOf(ctx.req), 'profile')))
  addComingAndGoing(router, deps, gate)
  for (const section of deps.sections) {
    addPages(router, section, gate)
    addActions(router, section, gate)
  }
  return router
}

/** What stands before every page and every action. */
type PortalGate = {
  /** Undefined after the person was sent to sign in; `page` is where they come back to. */
  signedIn(ctx: Context, page: string): Promise<Visit | undefined>
  /** The same for a form of theirs. */
  posted(ctx: Context, page: string): Promise<Posted | undefined>
  /** Sends the person to prove once more who they are, with all they have. */
  confirm(visit: Visit, page: string): void
}

type Posted = { readonly visit: Visit; readonly form: Form }

function createPortalGate({ signIn, visit, readForm, csrf }: PortalDeps): PortalGate {
  async function signedIn(ctx: Context, page: string): Promise<Visit | undefined> {
    const found = await visit(ctx)
    if (!found) signIn.begin(ctx, accountPath(tenantOf(ctx.req), page))
    return found
  }

  return {
    signedIn,
    async posted(ctx, page) {
      // SECURITY: the form first: however slowly it comes, it does what the person may do when it has come
      const form = await readForm(ctx)
      const found = await signedIn(ctx, page)
      if (!found) return undefined
      const { tenant, sessionKey } = found
      csrf.check(ctx, { issuer: tenant.issuer, binding: csrfBinding(sessionKey), form })
      return { visit: found, form }
    },
    confirm: ({ ctx, tenant, acrToChange }, page) =>
      signIn.confirm(ctx, accountPath(tenant, page), acrToChange),
  }
}

function addComingAndGoing(router: Router, deps: PortalDeps, gate: PortalGate): void {
  const { signIn, sessions, sections, pageOf } = deps

  router.get('/callback', async (ctx) => {
    if (!(await signIn.finish(ctx))) throw signInLost()
  })

  // for whoever is asked to prove once more who they are: a page says which one they come from
  router.get('/confirm/:page', async (ctx) => {
    const page = String(ctx.params['page'])
    if (!sections.some(({ pages }) => Object.hasOwn(pages, page))) return
    const visit = await gate.signedIn(ctx, page)
    if (visit) gate.confirm(visit, page)
  })

  router.get('/left', (ctx) => {
    const page = pageOf(tenantOf(ctx.req), { headers: ctx.headers })
    const signInUrl = accountPath(tenantOf(ctx.req), 'profile')
    ctx.body = String(leftPage({ page, signInUrl }))
    ctx.type = 'html'
  })

  router.get('/changed', (ctx) => {
    const page = pageOf(tenantOf(ctx.req), { headers: ctx.headers })
    const signInUrl = accountPath(tenantOf(ctx.req), 'methods')
    ctx.body = String(passwordChangedPage({ page, signInUrl }))
    ctx.type = 'html'
  })

  router.get('/changed-factors', (ctx) => {
    const page = pageOf(tenantOf(ctx.req), { headers: ctx.headers })
    const signInUrl = accountPath(tenantOf(ctx.req), 'two-step')
    ctx.body = String(factorsChangedPage({ page, signInUrl }))
    ctx.type = 'html'
  })

  router.post('/sign-out', async (ctx) => {
    const posted = await gate.posted(ctx, 'profile')
    if (!posted) return
    const { tenant, session } = posted.visit
    await sessions.end(tenant.id, portalCookie.read(tenant, ctx.req) ?? '')
    portalCookie.clear(tenant, ctx.res)
    const hint = { client_id: accountClientId, id_token_hint: session.idToken }
    redirect(ctx, `${basePathOf(tenant)}/logout?${new URLSearchParams(hint).toString()}`)
  })
}

function addPages(router: Router, { pages }: PortalSection, gate: PortalGate): void {
  for (const [name, render] of Object.entries(pages)) {
    router.get(`/${name}`, async (ctx) => {
      const visit = await gate.signedIn(ctx, name)
      if (!visit) return
      ctx.body = String(await render(visit))
      ctx.type = 'html'
    })
  }
}

function addActions(router: Router, { pages, actions }: PortalSection, gate: PortalGate): void {
  for (const [name, act] of Object.entries(actions)) {
    const [page = ''] = name.split('/')
    router.post(`/${name}`, async (ctx) => {
      const posted = await gate.posted(ctx, page)
      if (!posted) return
      const { visit, form } = posted
      const next = await act(visit, form)
      if (next === 'answered') return
      if ('confirm' in next) return gate.confirm(visit, next.confirm)
      redirect(ctx, accountPath(visit.tenant, next.page))
    })
    // a refused form stands in the address bar: whoever asks for it again wants the page
    if (!Object.hasOwn(pages, name))
      router.get(`/${name}`, (ctx) => redirect(ctx, accountPath(tenantOf(ctx.req), page)))
  }
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
