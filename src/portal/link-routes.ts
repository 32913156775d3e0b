import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Audit } from '#audit/audit.ts'
import { connectionIdPattern, createFailureBounds } from '#federation/federation.ts'
import type {
  AdmissionRefusal,
  Arrivals,
  Connection,
  Connections,
  ConnectionType,
  Departure,
  Errand,
  Failure,
  FailureReason,
  Identities,
  Upstream,
} from '#federation/federation.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { AccountClient } from '#oidc/oidc.ts'
import { tenantOf, type PageOf, type Tenant } from '#tenant/tenant.ts'
import { forwardLinkPage, forwardPage } from '#views/forward.ts'
import type { ConnectedError } from '#views/portal/connected.ts'
import type { LinkErrands } from './link-errands.ts'
import { accountPath } from './portal.ts'
import type { Visit } from './portal.ts'

export type LinkRouteDeps = {
  readonly linkErrands: LinkErrands
  readonly connections: Pick<Connections, 'find'>
  readonly upstreams: Readonly<Partial<Record<ConnectionType, Upstream>>>
  readonly identities: Pick<Identities, 'link'>
  readonly client: Pick<AccountClient, 'signInBehind'>
  readonly audit: Pick<Audit, 'append'>
  readonly browserCookie: BrowserCookie
  readonly requesterOf: (ctx: Context) => Visit['requester']
  readonly pageOf: PageOf
  readonly clock: Clock
}

type LinkErrand = Extract<Errand, { purpose: 'link' }>

/** The way out, to connect an account that somebody has elsewhere. A page with a link: a form of ours ends on no other host. */
export function createLinkRouter(deps: LinkRouteDeps): Router {
  const router = new Router({ prefix: '/federation/:connection' })
  const tell = createTell(deps)

  router.get('/link', async (ctx) => {
    const found = ctx.method === 'GET' ? await asked(ctx, deps) : undefined // a HEAD uses nothing up
    if (!found) return redirect(ctx, accountPath(tenantOf(ctx.req), 'connected'))
    const { tenant, connection, errand, browser } = found
    const leaving = { tenant, connection, errand, browser, wishes: { anew: false } }
    const departure = (await deps.upstreams[connection.type]?.leave(leaving)) ?? noWay
    if (departure.kind === 'failed')
      return redirect(ctx, await tell(ctx, { tenant, connection, errand, ...departure }))
    const page = deps.pageOf(tenant, { headers: ctx.headers })
    const shown = { page, connection: connection.name }
    ctx.type = 'html'
    ctx.body = String(
      departure.kind === 'form'
        ? forwardPage({ ...shown, ...departure })
        : forwardLinkPage({ ...shown, address: departure.url }),
    )
  })

  return router
}

const noWay: Departure = {
  kind: 'failed',
  reason: 'connection_inactive',
  detail: 'nobody speaks this protocol here',
}

async function asked(ctx: Context, deps: LinkRouteDeps) {
  const tenant = tenantOf(ctx.req)
  const id = String(ctx['params'].connection)
  const { ticket } = ctx.query
  const browser = deps.browserCookie.read(tenant, ctx.req)
  if (!connectionIdPattern.test(id) || typeof ticket !== 'string') return undefined
  const connectionId = brandId<ConnectionId>(id)
  const used = await deps.linkErrands.use({ tenant, connectionId, ticket, browser })
  if (!used || browser === undefined) return undefined
  const connection = await deps.connections.find(tenant.id, connectionId)
  if (connection?.status !== 'active') return undefined
  return { tenant, connection, browser, errand: { purpose: 'link', ...used } as const }
}

/** The way back. Both sides are proved now: theirs a moment ago, ours when they left, and nothing ended since. */
export function createLinkArrivals(deps: LinkRouteDeps): Arrivals<Context> {
  const { linkErrands, identities, client } = deps
  const tell = createTell(deps)

  return {
    async arrived(ctx, arrival) {
      const { tenant, connection, errand } = arrival
      if (errand.purpose !== 'link') throw new Error('an errand of somebody else')
      const page = accountPath(tenant, 'connected')
      // SECURITY: on a shared computer the next person is back from there, and their account would open this one
      if (!(await client.signInBehind(tenant.id, errand.sessionUid, errand.accountId))) return page
      const refusal = await identities.link(arrival, deps.requesterOf(ctx))
      const what = refusal === undefined ? 'linked' : (refusals[refusal] ?? 'failed')
      await linkErrands.tell(tenant, errand, { what, connection: connection.name })
      return page
    },

    failed: (ctx, failure) => tell(ctx, failure),
  }
}

function createTell({ linkErrands, audit, requesterOf, clock }: LinkRouteDeps) {
  const bounds = createFailureBounds({ clock })

  async function record(ctx: Context, { tenant, connection, reason }: Failure): Promise<void> {
    const { ip, userAgent, requestId } = requesterOf(ctx)
    if (!bounds.ofEverybody(ip)) return
    await audit.append({
      tenantId: tenant.id,
      type: 'federation.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      ip,
      userAgent,
      requestId,
      detail: { connection: connection.id, reason },
    })
  }

  return async (ctx: Context, failure: Failure): Promise<string> => {
    const { tenant, connection, errand, reason } = failure
    await record(ctx, failure)
    if (errand?.purpose === 'link') await left(tenant, connection, errand, reason)
    return accountPath(tenant, 'connected')
  }

  function left(tenant: Tenant, { name }: Connection, errand: LinkErrand, reason: FailureReason) {
    return linkErrands.tell(tenant, errand, {
      what: failures[reason] ?? 'failed',
      connection: name,
    })
  }
}

const failures: Readonly<Partial<Record<FailureReason, ConnectedError>>> = {
  upstream_cancelled: 'cancelled',
  upstream_unavailable: 'unavailable',
}

const refusals: Readonly<Partial<Record<AdmissionRefusal, ConnectedError>>> = {
  identity_taken: 'identity_taken',
  domain_not_allowed: 'domain_not_allowed',
  authentication_too_weak: 'authentication_too_weak',
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
