import { Router } from '@koa/router'
import { relyingPartyOf } from '#login/passkey/passkey.ts'
import { tenantOf } from '#tenant/tenant.ts'
import { accountPath } from './portal.ts'

/** Where browsers and password managers find what they change for a person. Always of the issuer, never of `Host` (F4). */
export function createWellKnownRouter(): Router {
  const router = new Router({ prefix: '/.well-known' })

  // W3C "A Well-Known URL for Changing Passwords" §2
  router.get('/change-password', (ctx) => {
    ctx.redirect(accountPath(tenantOf(ctx.req), 'password'))
  })

  // W3C "A Well-Known URL for Relying Party Passkey Endpoints" §2
  router.get('/passkey-endpoints', (ctx) => {
    const page = `${tenantOf(ctx.req).issuer}/account/passkeys`
    ctx.body = { enroll: page, manage: page }
  })

  // WebAuthn L3 §5.11: the only origin that may use our passkeys is our own
  router.get('/webauthn', (ctx) => {
    ctx.body = { origins: [relyingPartyOf(tenantOf(ctx.req)).origin] }
  })

  return router
}
