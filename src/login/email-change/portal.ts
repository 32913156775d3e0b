import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Csrf, ReadForm } from '#http/http.ts'
import { sha256 } from '#kit/hash.ts'
import { basePathOf, tenantOf, type PageOf } from '#tenant/tenant.ts'
import { emailUndoPage, type EmailUndoProps } from '#views/email-undo.ts'
import type { Requester } from '../login.ts'
import type { EmailChanges } from './email-change.ts'
import { undoPath } from './mails.ts'

/** The page of the link in the mail to an address that was replaced: looking changes nothing, the button does (Q57). */
export function createEmailUndoRouter(deps: {
  readonly emailChanges: Pick<EmailChanges, 'look' | 'undo'>
  readonly csrf: Csrf
  readonly readForm: ReadForm
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly pageOf: PageOf
}): Router {
  const { emailChanges, csrf } = deps
  const router = new Router({ prefix: undoPath })

  // before the links: it is no token
  router.get('/done', (ctx) => show(ctx, { kind: 'done', resetUrl: homeOf(ctx) }))

  router.get('/:token', async (ctx) => {
    const token = tokenOf(ctx)
    const view = await emailChanges.look({ tenant: tenantOf(ctx.req), token })
    if (view.kind === 'over') return show(ctx, { kind: 'over', resetUrl: homeOf(ctx) })
    const { email } = view
    const action = `${basePathOf(tenantOf(ctx.req))}${undoPath}/${token}`
    show(ctx, { kind: 'here', email, action, csrf: csrf.token(bindingOf(token)) })
  })

  router.post('/:token', async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const token = tokenOf(ctx)
    const form = await deps.readForm(ctx)
    csrf.check(ctx, { issuer: tenant.issuer, binding: bindingOf(token), form })
    const requester = { ...deps.requesterOf(ctx), deviceCookie: undefined }
    const { kind } = await emailChanges.undo({ tenant, token, requester })
    ctx.status = 303
    ctx.redirect(`${basePathOf(tenant)}${undoPath}/${kind === 'undone' ? 'done' : token}`)
  })

  function show(ctx: Context, state: EmailUndoProps['state']): void {
    const page = deps.pageOf(tenantOf(ctx.req), { headers: ctx.headers })
    ctx.type = 'html'
    ctx.body = emailUndoPage({ page, state }).toString()
  }

  return router
}

const homeOf = (ctx: Context): string => `${basePathOf(tenantOf(ctx.req))}/recover`

const bindingOf = (token: string): string => `email-undo:${sha256(token)}`

/** What is no token of ours leads where a used one does. */
function tokenOf(ctx: Context): string {
  const token = String(ctx['params'].token)
  return /^[\w-]{43}$/.test(token) ? token : 'unknown'
}
