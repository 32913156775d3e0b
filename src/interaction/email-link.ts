import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, ReadForm } from '#http/http.ts'
import type { InteractionUid } from '#kit/ids.ts'
import { codePurposes } from '#login/email-code/email-code.ts'
import type { BrowserCookie, EmailCodeLogin, LinkView } from '#login/email-code/email-code.ts'
import type { Requester } from '#login/login.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { emailLinkPage, type EmailLinkProps } from '#views/email-link.ts'
import type { ProgressStore } from './interaction.ts'

export type EmailLinkDeps = {
  readonly emailCode: EmailCodeLogin
  readonly browserCookie: BrowserCookie
  readonly progress: ProgressStore
  readonly pageOf: PageOf
  readonly csrf: Csrf
  readonly readForm: ReadForm
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** The page a sign-in link opens. GET shows, as often as scanners like; the POST signs in, in the browser that asked (Q57). */
export function createEmailLinkRouter(deps: EmailLinkDeps): Router {
  const router = new Router({ prefix: codePurposes.sign_in.page })

  router.get('/:token', async (ctx) => {
    const input = linkOf(ctx)
    show(ctx, input.tenant, stateOf(await deps.emailCode.look(input), input))
  })

  router.post('/:token', async (ctx) => {
    const input = linkOf(ctx)
    const { tenant, token } = input
    const form = await deps.readForm(ctx)
    deps.csrf.check(ctx, { issuer: tenant.issuer, binding: bindingOf(token), form })
    const requester = { ...deps.requesterOf(ctx), deviceCookie: undefined }
    const end = await deps.emailCode.consume({ ...input, requester })
    if (end.kind === 'over') return show(ctx, tenant, end)
    await deps.progress.change(tenant.id, end.uid, (before) => ({
      ...before,
      notice: undefined,
      mailed: undefined,
      proofs: [...before.proofs, end.proof],
    }))
    ctx.status = 303
    ctx.redirect(interactionAddress(tenant, end.uid))
  })

  function linkOf(ctx: Context) {
    const tenant = tenantOf(ctx.req)
    const browser = deps.browserCookie.read(tenant, ctx.req)
    return { tenant, token: String(ctx['params'].token), browser }
  }

  function stateOf(view: LinkView, { tenant, token }: ReturnType<typeof linkOf>) {
    if (view.kind !== 'here') return view
    const action = `${basePathOf(tenant)}${codePurposes.sign_in.page}/${token}`
    return {
      kind: 'here',
      email: view.email,
      action,
      csrf: deps.csrf.token(bindingOf(token)),
    } as const
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

const interactionAddress = (tenant: Tenant, uid: InteractionUid): string =>
  `${basePathOf(tenant)}/interaction/${uid}`
