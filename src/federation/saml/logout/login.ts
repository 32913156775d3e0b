import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { Audit } from '#audit/audit.ts'
import type { ReadForm } from '#http/http.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import type { Requester } from '#login/login.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { basePathOf, tenantOf, type PageOf } from '#tenant/tenant.ts'
import { forwardPage } from '#views/forward.ts'
import type { Html } from '#views/html.ts'
import {
  signOutRefusedPage,
  signOutTherePage,
  signOutUnconfirmedPage,
} from '#views/sign-out-elsewhere.ts'
import { signedOutPage } from '#views/signed-out.ts'
import { createFailureBounds, type Connections } from '../../federation.ts'
import { placeOf } from '../place.ts'
import type { SamlPlace } from '../saml.ts'
import type {
  LeftThere,
  LogoutCame,
  LogoutProblem,
  LogoutRequests,
  LogoutsThere,
} from './logout.ts'

export type LogoutRouterDeps = {
  readonly requests: LogoutRequests
  readonly there: LogoutsThere
  readonly connections: Pick<Connections, 'find'>
  readonly browserCookie: Pick<BrowserCookie, 'read'>
  readonly readForm: ReadForm
  readonly pageOf: PageOf
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly audit: Pick<Audit, 'append'>
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'federationLogout'>
  readonly clock: Clock
}

type LogoutForm = ReadonlyMap<string, string>

/** `/federation/:connection/slo` (SAML Profiles §4.4), by redirect and by POST. */
export function createSamlLogoutRouter(deps: LogoutRouterDeps): Router {
  const router = new Router({ prefix: '/federation/:connection' })
  const { follow, show, refuse } = createAnswers(deps)

  router.get('/slo', async (ctx) => {
    const place = ctx.method === 'GET' ? await placeIn(ctx, deps) : undefined // a HEAD uses nothing up
    if (!place) return
    const asked = new URLSearchParams(ctx.querystring)
    const browser = deps.browserCookie.read(place.tenant, ctx.req)
    // as it came: the signature is over these octets
    const message = { binding: 'redirect', query: ctx.querystring } as const
    const came = { ...place, message, relayState: undefined }
    const [leave, handle] = [asked.get('leave'), asked.get('handle')]
    if (asked.has('SAMLRequest')) await follow(ctx, came)
    else if (asked.has('SAMLResponse'))
      await show(ctx, place, await deps.there.answered(came, browser))
    else if (handle !== null)
      await show(ctx, place, await deps.there.redeem(place, handle, browser))
    else if (leave !== null) await show(ctx, place, await deps.there.leave(place, leave, browser))
  })

  // from another site, so without cookies: what ends is what it names, not who brought it
  router.post('/slo', async (ctx) => {
    const place = await placeIn(ctx, deps)
    if (!place) return
    const multiline = ['SAMLRequest', 'SAMLResponse']
    const form: LogoutForm = await deps.readForm(ctx, { multiline, size: 'large' })
    if (multiline.every((name) => form.has(name)))
      return refuse(ctx, place, { reason: 'parameters_contradict', detail: 'two messages' })
    if (form.has('SAMLRequest')) return follow(ctx, posted(place, form, 'SAMLRequest'))
    const handle = await deps.there.receive(posted(place, form, 'SAMLResponse'))
    const query = new URLSearchParams({ handle: handle ?? 'unknown' })
    redirect(
      ctx,
      `${basePathOf(place.tenant)}/federation/${place.connection.id}/slo?${query.toString()}`,
    )
  })

  return router
}

/** What the browser gets. */
function createAnswers(deps: LogoutRouterDeps) {
  const tell = createTell(deps)
  return { follow, show, refuse }

  async function follow(ctx: Context, came: LogoutCame): Promise<void> {
    const followed = await deps.requests.follow(came, deps.requesterOf(ctx))
    if (followed.kind === 'refused') return refuse(ctx, came, followed, 'them')
    const { departure } = followed
    const page = deps.pageOf(came.tenant, { headers: ctx.headers })
    if (departure?.kind === 'redirect') return redirect(ctx, departure.url)
    const connection = came.connection.name
    write(
      ctx,
      departure ? forwardPage({ ...departure, page, connection }) : signedOutPage({ page }),
    )
  }

  async function show(ctx: Context, place: SamlPlace, answer: LeftThere): Promise<void> {
    const page = deps.pageOf(place.tenant, { headers: ctx.headers })
    const connection = place.connection.name
    switch (answer.kind) {
      case 'done':
        return redirect(ctx, answer.next)
      case 'leaving': {
        const { departure: way, next: nextUrl } = answer
        return write(ctx, signOutTherePage({ page, connection, way, nextUrl }))
      }
      case 'unconfirmed': {
        const reference = await tell(ctx, place, answer, 'us')
        const to = { page, connection, nextUrl: answer.next }
        return write(ctx, signOutUnconfirmedPage({ ...to, reference }))
      }
      case 'refused':
        return refuse(ctx, place, answer, 'us')
    }
  }

  async function refuse(
    ctx: Context,
    place: SamlPlace,
    problem: LogoutProblem,
    startedBy: StartedBy = 'them',
  ): Promise<void> {
    const reference = await tell(ctx, place, problem, startedBy)
    ctx.status = 400
    const page = deps.pageOf(place.tenant, { headers: ctx.headers })
    const accountUrl = `${basePathOf(place.tenant)}/account`
    write(ctx, signOutRefusedPage({ page, reference, accountUrl }))
  }
}

/** Undefined, and so a 404, where it is switched off: nothing of it is believed any more. */
async function placeIn(ctx: Context, deps: LogoutRouterDeps): Promise<SamlPlace | undefined> {
  const place = await placeOf(tenantOf(ctx.req), String(ctx['params']['connection']), deps)
  return place?.connection.status === 'disabled' ? undefined : place
}

function posted(
  place: SamlPlace,
  form: LogoutForm,
  name: 'SAMLRequest' | 'SAMLResponse',
): LogoutCame {
  const message = { binding: 'post', encoded: form.get(name) ?? '' } as const
  return { ...place, message, relayState: form.get('RelayState') ?? '' }
}

type StartedBy = Parameters<Metrics['federationLogout']>[0]['startedBy']

/** Records why it came to nothing; gives the reference that its page shows, and nothing else does. */
function createTell(deps: LogoutRouterDeps) {
  const bounds = createFailureBounds(deps)

  return async (
    ctx: Context,
    { tenant, connection }: SamlPlace,
    { reason, detail }: LogoutProblem,
    startedBy: StartedBy,
  ): Promise<string> => {
    const reference = newReference()
    const requester = deps.requesterOf(ctx)
    deps.metrics.federationLogout({ startedBy, outcome: 'failure', reason })
    const facts = { connection: connection.id, reason, detail, reference }
    deps.logger.info('a single logout came to nothing', { tenant_id: tenant.id, ...facts })
    if (!bounds.ofNobody(requester.ip)) return reference
    await deps.audit.append({
      ...requester,
      tenantId: tenant.id,
      type: 'federation.logout_failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      detail: { ...facts, started_by: startedBy },
    })
    return reference
  }
}

function write(ctx: Context, page: Html): void {
  ctx.type = 'html'
  ctx.body = page.toString()
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
