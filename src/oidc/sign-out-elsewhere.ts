import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { SignOutElsewhere } from '#federation/federation.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { elsewhereOf } from './federated-session.ts'
import { textParam } from './param.ts'

export type SignOutElsewhereDeps = {
  readonly tenant: Tenant
  readonly signOutElsewhere: SignOutElsewhere
  readonly browserCookie: Pick<BrowserCookie, 'ensure'>
  readonly logger: Logger
}

/**
 * Leads who signed out here to where they had signed in, before they go where the engine sends them. It comes after all the
 * engine does: what ended here has ended, and a failure of this changes nothing of it.
 */
export function installSignOutElsewhere(provider: Provider, deps: SignOutElsewhereDeps): void {
  provider.use(async (ctx, next) => {
    await next()
    if (!hasSignedOut(ctx as KoaContextWithOIDC)) return
    const address = await addressOf(ctx as KoaContextWithOIDC, deps)
    if (address !== undefined) ctx.redirect(address)
  })
}

function hasSignedOut(ctx: KoaContextWithOIDC): boolean {
  const route: string | undefined = ctx.oidc?.route
  if (route !== 'end_session' && route !== 'end_session_confirm') return false
  // who stays signed in is led on as well, without it
  return ctx.status === 303 && textParam(ctx, 'logout') !== undefined
}

async function addressOf(
  ctx: KoaContextWithOIDC,
  { tenant, signOutElsewhere, browserCookie, logger }: SignOutElsewhereDeps,
): Promise<string | undefined> {
  const { via, foreign } = elsewhereOf(ctx.oidc.session ?? {})
  if (!via || !foreign) return undefined
  const next = ctx.response.get('location')
  const browser = () => browserCookie.ensure(tenant, ctx.req, ctx.res)
  try {
    return await signOutElsewhere({ tenant, via, foreign, next, browser })
  } catch (err) {
    logger.warn('somebody was not led on to sign out elsewhere', { err, connection: via })
    return undefined
  }
}
