import type { Context } from 'koa'
import type { Accounts } from '#account/account.ts'
import { isVoid } from '#account/account.ts'
import { meetsAcr } from '#client/client.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { Csrf } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { DeviceCookies } from '#login/password/password.ts'
import type { AccountClient } from '#oidc/oidc.ts'
import type { PageOf } from '#tenant/tenant.ts'
import { tenantOf } from '#tenant/tenant.ts'
import { portalCookie } from './cookies.ts'
import { csrfBinding } from './portal.ts'
import type { AcrToChange, Visit } from './portal.ts'
import type { PortalSessions } from './sessions.ts'

export type VisitDeps = {
  readonly sessions: PortalSessions
  readonly client: Pick<AccountClient, 'signInBehind'>
  readonly accounts: Pick<Accounts, 'find'>
  readonly enforcement: Pick<Enforcement, 'stands'>
  readonly csrf: Csrf
  readonly pageOf: PageOf
  readonly devices: Pick<DeviceCookies, 'ofSession'>
  readonly requesterOf: (ctx: Context) => Visit['requester']
  readonly acrToChange: AcrToChange
  readonly clock: Clock
}

/**
 * Who is signed in to My account on this browser. Asked of the stores at every request, past every cache: an ended session,
 * a paused account, a changed password, a domain that has to sign in elsewhere end this one at once (Q65).
 */
export function createPortalVisits(deps: VisitDeps): (ctx: Context) => Promise<Visit | undefined> {
  return async (ctx) => {
    const tenant = tenantOf(ctx.req)
    const token = portalCookie.read(tenant, ctx.req)
    if (token === undefined) return undefined
    const session = await deps.sessions.find(tenant.id, token)
    if (!session) return undefined
    const { accountId, sessionUid, authTime, acr } = session
    const [account, signIn] = await Promise.all([
      deps.accounts.find(tenant.id, accountId),
      deps.client.signInBehind(tenant.id, sessionUid, accountId),
    ])
    const isIn = signIn !== undefined && account?.status === 'active' && !isVoid(account, authTime)
    if (!isIn || !(await deps.enforcement.stands(account, signIn))) {
      await deps.sessions.end(tenant.id, token)
      return undefined
    }
    const acrToChange = await deps.acrToChange(tenant, account)
    const isEnough = acrToChange === undefined || meetsAcr(acr, acrToChange)
    const sessionKey = sha256(token)
    const device = { uid: sessionUid, authTime }
    const deviceCookie = deps.devices.ofSession(tenant.id, accountId, device)
    return {
      ctx,
      tenant,
      account,
      session,
      sessionKey,
      csrf: deps.csrf.token(csrfBinding(sessionKey)),
      page: deps.pageOf(tenant, { headers: ctx.headers }),
      requester: deps.requesterOf(ctx),
      deviceCookie,
      acrToChange,
      provedAt: isEnough ? authTime : 0,
      now: epochSeconds(deps.clock),
    }
  }
}
