import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { endSession } from './internals.ts'

/**
 * Two sign-outs the engine does through a page that posts itself by a script, and is a riddle without one: of the person
 * before, when somebody else signs in, and of nobody. Here both are done in the same request.
 */
export function installScriptlessSignOut(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    const { oidc } = ctx as KoaContextWithOIDC
    if (oidc?.session === undefined || !isSelfPosting(ctx as KoaContextWithOIDC)) return
    Object.assign(oidc, { params: { ...oidc.params, logout: 'yes' } }) // read-only in the types only
    await endSession(ctx as KoaContextWithOIDC)
  })
}

function isSelfPosting(ctx: KoaContextWithOIDC): boolean {
  if (ctx.status !== 200) return false
  switch (ctx.oidc.route) {
    case 'end_session':
      return ctx.oidc.session?.accountId === undefined
    case 'resume':
    case 'device_resume':
      return isAnothersSession(ctx)
    default:
      return false
  }
}

/** Once the engine has signed somebody in, the session is theirs; the two differ only where it asks for the sign-out. */
function isAnothersSession({ oidc }: KoaContextWithOIDC): boolean {
  const proved = oidc.entities.Interaction?.result?.login?.accountId
  const present = oidc.session?.accountId
  return proved !== undefined && present !== undefined && proved !== present
}
