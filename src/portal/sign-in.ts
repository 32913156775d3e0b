import type { Context } from 'koa'
import { accountCallbackOf, accountClientId } from '#client/client.ts'
import type { Acr } from '#client/client.ts'
import { sha256 } from '#kit/hash.ts'
import { randomToken } from '#kit/random.ts'
import { isPlainLine } from '#kit/text.ts'
import type { AccountClient } from '#oidc/oidc.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import { portalCookie } from './cookies.ts'
import type { AttemptCookie, SignInAttempt } from './cookies.ts'
import type { PortalSessions } from './sessions.ts'

export type SignInDeps = {
  readonly client: AccountClient
  readonly sessions: PortalSessions
  readonly attempts: AttemptCookie
  readonly ipOf: (ctx: Context) => string
}

export type PortalSignIn = {
  /** Sends the person to `/authorize`; they come back to `returnTo`. */
  begin(ctx: Context, returnTo: string): void
  /** The same, but they prove who they are whatever was, and as much of it as is asked for. */
  confirm(ctx: Context, returnTo: string, acr: Acr | undefined): void
  /** The way back. False when this browser did not ask for it, or the answer is not one. */
  finish(ctx: Context): Promise<boolean>
}

/** My account signs people in as any application does: code, PKCE, `state`, `nonce` (RFC 9700 §2.1.1). */
export function createPortalSignIn(deps: SignInDeps): PortalSignIn {
  const { client, sessions, attempts, ipOf } = deps

  function send(ctx: Context, returnTo: string, more: Readonly<Record<string, string>>): void {
    const tenant = tenantOf(ctx.req)
    const attempt = {
      state: randomToken(),
      nonce: randomToken(),
      verifier: randomToken(),
      returnTo,
    }
    attempts.add(tenant, ctx.req, ctx.res, attempt)
    const query = authorizationRequest(attempt, tenant.issuer, more)
    ctx.status = 303
    ctx.redirect(`${basePathOf(tenant)}/authorize?${query.toString()}`)
  }

  return {
    begin: (ctx, returnTo) => send(ctx, returnTo, hintOf(ctx)),

    confirm: (ctx, returnTo, acr) =>
      send(ctx, returnTo, { prompt: 'login', ...(acr !== undefined && { acr_values: acr }) }),

    async finish(ctx) {
      const tenant = tenantOf(ctx.req)
      const { state, code, iss } = ctx.query
      if (typeof state !== 'string') return false
      const attempt = attempts.take(tenant, ctx.req, ctx.res, state)
      // RFC 9207 §2.4: the answer says whose it is
      if (!attempt || typeof code !== 'string' || iss !== tenant.issuer) return false
      const { verifier, nonce, returnTo } = attempt
      const signIn = await client.redeem(tenant, { code, verifier, nonce, ip: ipOf(ctx) })
      if (!signIn) return false
      // Q65: a new id, and the old one is dead
      const before = portalCookie.read(tenant, ctx.req)
      if (before !== undefined) await sessions.end(tenant.id, before)
      portalCookie.write(tenant, ctx.res, await sessions.open(tenant.id, signIn))
      ctx.status = 303
      ctx.redirect(returnTo)
      return true
    },
  }
}

/** Who came from there is to be asked there: it is a wish, and means nothing where there is no such connection. */
function hintOf({ query }: Context): Readonly<Record<string, string>> {
  const { idp_hint: hint } = query
  return typeof hint === 'string' && isPlainLine(hint) ? { idp_hint: hint.slice(0, 64) } : {}
}

function authorizationRequest(
  { state, nonce, verifier }: SignInAttempt,
  issuer: string,
  more: Readonly<Record<string, string>>,
): URLSearchParams {
  return new URLSearchParams({
    client_id: accountClientId,
    redirect_uri: accountCallbackOf(issuer),
    response_type: 'code',
    scope: 'openid',
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
}
