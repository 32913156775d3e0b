import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { ReadForm } from '#http/http.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { Arrivals, Connections } from '../federation.ts'
import { placeOf } from './place.ts'
import type { SamlArrival, SamlPlace, SamlUpstream } from './saml.ts'

export type SamlRouterDeps = {
  readonly upstream: SamlUpstream
  readonly connections: Pick<Connections, 'find'>
  readonly arrivals: Arrivals<Context>
  readonly browserCookie: Pick<BrowserCookie, 'read'>
  readonly readForm: ReadForm
  /** Where somebody goes who began over there: to where we ask them over there. */
  readonly beginHere: (place: SamlPlace) => string
}

/** Longest RelayState that is looked at; ours has 43, SAML Bindings §3.4.3 allows 80. */
const longestRelayState = 80

/** `/federation/:connection/{acs,metadata}`: addresses of one connection each (check 25). */
export function createSamlRouter(deps: SamlRouterDeps): Router {
  const { upstream } = deps
  const router = new Router({ prefix: '/federation/:connection' })

  router.get('/metadata', async (ctx) => {
    const place = await placeIn(ctx, deps)
    const xml = place && (await upstream.metadata(place))
    if (xml === undefined) return
    ctx.type = 'application/samlmetadata+xml'
    ctx.body = xml
  })

  // from another site, so without cookies: it opens nothing, our own GET asks for what it left
  router.post('/acs', async (ctx) => {
    const place = await placeIn(ctx, deps)
    if (!place) return
    const form = await deps.readForm(ctx, { multiline: ['SAMLResponse'], size: 'large' })
    const relayState = form.get('RelayState') ?? ''
    const handle = await upstream.receive({
      ...place,
      encoded: form.get('SAMLResponse') ?? '',
      relayState: relayState.length <= longestRelayState ? relayState : '',
    })
    const query = new URLSearchParams({ handle: handle ?? 'unknown' })
    redirect(ctx, `${pathOf(place)}/acs?${query.toString()}`)
  })

  router.get('/acs', async (ctx) => {
    const place = ctx.method === 'GET' ? await placeIn(ctx, deps) : undefined // a HEAD uses nothing up
    if (!place) return
    const handle = new URLSearchParams(ctx.querystring).get('handle') ?? ''
    const browser = deps.browserCookie.read(place.tenant, ctx.req)
    const came = await upstream.redeem({ ...place, handle, browser })
    redirect(ctx, await addressAfter(ctx, came, place))
  })

  async function addressAfter(ctx: Context, came: SamlArrival, place: SamlPlace): Promise<string> {
    switch (came.kind) {
      case 'failed':
        return deps.arrivals.failed(ctx, came.failure)
      case 'begun_there':
        return deps.beginHere(place)
      case 'arrived':
        return deps.arrivals.arrived(ctx, came.arrival)
    }
  }

  return router
}

function placeIn(ctx: Context, deps: SamlRouterDeps): Promise<SamlPlace | undefined> {
  return placeOf(tenantOf(ctx.req), String(ctx['params']['connection']), deps)
}

const pathOf = ({ tenant, connection }: SamlPlace): string =>
  `${basePathOf(tenant)}/federation/${connection.id}`

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
