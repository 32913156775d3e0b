import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, ReadForm } from '#http/http.ts'
import { brandId, type InteractionUid } from '#kit/ids.ts'
import { codePurposes } from '#login/email-code/email-code.ts'
import type {
  BrowserCookie,
  EmailCodeLogin,
  LinkView,
  OpenLink,
} from '#login/email-code/email-code.ts'
import type { Requester } from '#login/login.ts'
import type { Registrations } from '#login/registration/registration.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { emailLinkPage, type EmailLinkProps } from '#views/email-link.ts'
import type { Progress, ProgressStore } from './interaction.ts'
import { withApplicant } from './registration-answers.ts'

export type EmailLinkDeps = {
  readonly flow: LinkFlow
  readonly browserCookie: BrowserCookie
  readonly progress: ProgressStore
  readonly pageOf: PageOf
  readonly csrf: Csrf
  readonly readForm: ReadForm
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** What links of one purpose do. */
export type LinkFlow = {
  readonly purpose: 'sign_in' | 'register'
  look(link: Link): Promise<LinkView>
  /** Uses the link up: what it adds to which interaction. Undefined where it is over. */
  consume(link: Link & { readonly requester: Requester }): Promise<Landing | undefined>
}

type Link = Omit<OpenLink, 'purpose'>
type Landing = {
  readonly uid: InteractionUid
  readonly change: (before: Progress) => Progress
}

export function signInLinks(emailCode: EmailCodeLogin): LinkFlow {
  return {
    purpose: 'sign_in',
    look: (link) => emailCode.look(link),
    async consume(link) {
      const end = await emailCode.consume(link)
      if (end.kind === 'over') return undefined
      const { uid, proof } = end
      const change = (before: Progress): Progress => ({
        ...before,
        notice: undefined,
        mailed: undefined,
        proofs: [...before.proofs, proof],
      })
      return { uid, change }
    },
  }
}

export function registrationLinks(registrations: Registrations): LinkFlow {
  return {
    purpose: 'register',
    look: (link) => registrations.look(link),
    async consume(link) {
      const end = await registrations.consume(link)
      const uid = end.kind === 'proved' ? end.data['uid'] : undefined
      if (end.kind === 'over' || uid === undefined) return undefined
      const change = (before: Progress) => withApplicant(before, end.applicant)
      return { uid: brandId<InteractionUid>(uid), change }
    },
  }
}

/** The page a link opens. GET shows, as often as scanners like; the POST goes on, in the browser that asked (Q57). */
export function createEmailLinkRouter(deps: EmailLinkDeps): Router {
  const { flow } = deps
  const prefix = codePurposes[flow.purpose].page
  const router = new Router({ prefix })

  router.get('/:token', async (ctx) => {
    const link = linkOf(ctx)
    show(ctx, link.tenant, stateOf(await flow.look(link), link))
  })

  router.post('/:token', async (ctx) => {
    const link = linkOf(ctx)
    const { tenant, token } = link
    const form = await deps.readForm(ctx)
    deps.csrf.check(ctx, { issuer: tenant.issuer, binding: bindingOf(token), form })
    const requester = { ...deps.requesterOf(ctx), deviceCookie: undefined }
    const landing = await flow.consume({ ...link, requester })
    if (!landing) return show(ctx, tenant, { kind: 'over' })
    await deps.progress.change(tenant.id, landing.uid, landing.change)
    ctx.status = 303
    ctx.redirect(`${basePathOf(tenant)}/interaction/${landing.uid}`)
  })

  function linkOf(ctx: Context): Link {
    const tenant = tenantOf(ctx.req)
    const browser = deps.browserCookie.read(tenant, ctx.req)
    return { tenant, token: String(ctx['params'].token), browser }
  }

  function stateOf(view: LinkView, { tenant, token }: Link): EmailLinkProps['state'] {
    if (view.kind !== 'here') return view
    const action = `${basePathOf(tenant)}${prefix}/${token}`
    const { purpose } = flow
    const csrf = deps.csrf.token(bindingOf(token))
    return { kind: 'here', email: view.email, action, csrf, purpose }
  }

  function show(ctx: Context, tenant: Tenant, state: EmailLinkProps['state']): void {
    if (state.kind === 'over') ctx.status = 410
    ctx.type = 'html'
    const page = deps.pageOf(tenant, { headers: ctx.headers })
    ctx.body = emailLinkPage({ page, state }).toString()
  }

  return router
}

const bindingOf = (token: string): string => `email-link:${token}`
