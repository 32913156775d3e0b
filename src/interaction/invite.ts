import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, ReadForm, SealedCookies } from '#http/http.ts'
import type { Invitation, Invitations } from '#login/registration/registration.ts'
import { invitationPage, longestInvitation } from '#login/registration/registration.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { invitePage } from '#views/invite.ts'

/** The invitation this browser has taken up, if it can still be used. */
export type InvitationOf = (tenant: Tenant, ctx: Context) => Promise<Invitation | undefined>

export type InviteDeps = {
  readonly invitations: Pick<Invitations, 'find'>
  readonly sealedCookies: SealedCookies
}

export function createInvitationOf({ invitations, sealedCookies }: InviteDeps): InvitationOf {
  return async (tenant, ctx) => {
    const token = sealedCookies.read(ctx.req, specOf(tenant), ownerOf(tenant))
    return token === undefined ? undefined : invitations.find(tenant, token)
  }
}

/** The page an invitation opens. GET shows; the POST remembers it in this browser and goes to My account, which asks to sign in. */
export function createInviteRouter(
  deps: InviteDeps & {
    readonly pageOf: PageOf
    readonly csrf: Csrf
    readonly readForm: ReadForm
  },
): Router {
  const router = new Router({ prefix: invitationPage })

  router.get('/:token', async (ctx) => {
    const tenant = tenantOf(ctx.req)
    show(ctx, tenant, await deps.invitations.find(tenant, tokenOf(ctx)))
  })

  router.post('/:token', async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const token = tokenOf(ctx)
    const form = await deps.readForm(ctx)
    deps.csrf.check(ctx, { issuer: tenant.issuer, binding: bindingOf(token), form })
    if (!(await deps.invitations.find(tenant, token))) return show(ctx, tenant, undefined)
    deps.sealedCookies.write(ctx.res, specOf(tenant), { ...ownerOf(tenant), value: token })
    ctx.status = 303
    ctx.redirect(`${basePathOf(tenant)}/account`)
  })

  function show(ctx: Context, tenant: Tenant, invitation: Invitation | undefined): void {
    if (!invitation) ctx.status = 410
    ctx.type = 'html'
    const token = tokenOf(ctx)
    const action = `${basePathOf(tenant)}${invitationPage}/${token}`
    const csrf = deps.csrf.token(bindingOf(token))
    ctx.body = invitePage({
      page: deps.pageOf(tenant, { headers: ctx.headers }),
      invitation: invitation && { email: invitation.email, action, csrf },
    }).toString()
  }

  return router
}

const tokenOf = (ctx: Context): string => String(ctx['params'].token)
const bindingOf = (token: string): string => `invite:${token}`
const ownerOf = (tenant: Tenant) => ({ tenantId: tenant.id, issuer: tenant.issuer })

const specOf = (tenant: Tenant) => {
  const path = basePathOf(tenant)
  return {
    name: path === '' ? 'signet-invitation' : `signet-invitation-${tenant.slug}`,
    path: `${path}/interaction`,
    sameSite: 'lax',
    maxAge: longestInvitation,
  } as const
}
