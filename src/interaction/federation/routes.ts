import { Router } from '@koa/router'
import type { Context } from 'koa'
import { connectionIdPattern } from '#federation/federation.ts'
import type {
  Connection,
  ConnectionType,
  Connections,
  Departure,
  Errand,
  Upstream,
  Wishes,
} from '#federation/federation.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { ConnectionId } from '#kit/ids.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import { basePathOf, tenantOf } from '#tenant/tenant.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { nobodyLeftPage } from '#views/elsewhere-failed.ts'
import { forwardPage } from '#views/forward.ts'
import type { Page } from '#views/layout.ts'
import type { Progress, ProgressStore, Step } from '../interaction.ts'
import { nextStep } from '../next-step.ts'
import { addressOf } from '../visit.ts'
import type { Visit } from '../visit.ts'
import type { TellOfFailure } from './failures.ts'

export type Upstreams = Readonly<Partial<Record<ConnectionType, Upstream>>>

export type FederationRouteDeps = {
  readonly connections: Pick<Connections, 'find'>
  readonly upstreams: Upstreams
  readonly visit: (ctx: Context) => Promise<Visit>
  readonly progress: ProgressStore
  readonly browserCookie: BrowserCookie
  readonly tellOfFailure: TellOfFailure
  /** Port. What somebody leaves for who comes from no page of ours; undefined: nobody may, or not so. */
  readonly startOf: StartOf
  readonly pageOf: PageOf
  readonly clock: Clock
}

export type StartOf = (
  tenant: Tenant,
  connection: Pick<Connection, 'id'>,
  query: unknown,
) => Promise<OtherStart | undefined>

export type OtherStart = {
  readonly errand: Errand
  readonly wishes: Wishes
  /** Where they go if they cannot leave. */
  readonly failedUrl: string
}

/** The way out of a sign-in, to who else is asked. The way back is each protocol's own, and ends in `Arrivals`. */
export function createFederationRouter(deps: FederationRouteDeps): Router {
  const router = new Router()

  // the cookie of an interaction is sent below its own address only: that is where the leave begins
  router.get('/federation/:connection/start', async (ctx) => {
    const connection = await activeConnection(ctx, deps)
    const { interaction } = ctx.query
    if (interaction === undefined) return startOther(ctx, connection, deps)
    if (typeof interaction !== 'string' || !/^[\w-]{1,64}$/.test(interaction)) throw notFound()
    const { id } = connection
    redirect(ctx, `${basePathOf(tenantOf(ctx.req))}/interaction/${interaction}/leave/${id}`)
  })

  router.get('/interaction/:uid/leave/:connection', async (ctx) => {
    const visit = await deps.visit(ctx)
    const connection = await activeConnection(ctx, deps)
    const { tenant, uid } = visit.details
    if (!mayLeave(nextStep(visit))) return redirect(ctx, addressOf(visit))
    const departure = await deps.upstreams[connection.type]?.leave({
      tenant,
      connection,
      errand: { purpose: 'sign_in', uid },
      browser: deps.browserCookie.ensure(tenant, ctx.req, ctx.res),
      wishes: wishesOf(visit),
    })
    await leave(visit, connection, departure ?? noWay)
  })

  async function leave(visit: Visit, connection: Connection, departure: Departure): Promise<void> {
    const { ctx, details, page } = visit
    const { tenant, uid } = details
    if (departure.kind === 'failed') {
      const errand = { purpose: 'sign_in', uid } as const
      const told = { ...departure, tenant, connection, errand }
      const failure = await deps.tellOfFailure(ctx, told)
      await deps.progress.change(tenant.id, uid, (before) => ({ ...before, failure }))
      return redirect(ctx, addressOf(visit))
    }
    await deps.progress.change(tenant.id, uid, leaving(visit, epochSeconds(deps.clock)))
    depart(ctx, departure, { page, connection })
  }

  router.get('/federation/:connection/failed', (ctx) => {
    const { reference } = ctx.query
    if (typeof reference !== 'string' || !/^[2-9A-Z]{4}-[2-9A-Z]{4}$/.test(reference))
      throw notFound()
    ctx.status = 400
    ctx.type = 'html'
    const page = deps.pageOf(tenantOf(ctx.req), { headers: ctx.headers })
    ctx.body = nobodyLeftPage({ page, reference }).toString()
  })

  return router
}

/** From no page of ours. */
async function startOther(
  ctx: Context,
  connection: Connection,
  deps: FederationRouteDeps,
): Promise<void> {
  const tenant = tenantOf(ctx.req)
  // a HEAD uses nothing up
  const start = ctx.method === 'GET' && (await deps.startOf(tenant, connection, ctx.query))
  if (!start) throw refusedStart()
  const { errand, wishes, failedUrl } = start
  const browser = deps.browserCookie.ensure(tenant, ctx.req, ctx.res)
  const asked = { tenant, connection, errand, browser, wishes }
  const departure = (await deps.upstreams[connection.type]?.leave(asked)) ?? noWay
  if (departure.kind !== 'failed') {
    const page = deps.pageOf(tenant, { headers: ctx.headers })
    return depart(ctx, departure, { page, connection })
  }
  await deps.tellOfFailure(ctx, { ...departure, tenant, connection })
  redirect(ctx, failedUrl)
}

function depart(
  ctx: Context,
  departure: Exclude<Departure, { kind: 'failed' }>,
  { page, connection }: { readonly page: Page; readonly connection: Connection },
): void {
  if (departure.kind === 'redirect') return redirect(ctx, departure.url)
  ctx.type = 'html'
  ctx.body = forwardPage({ ...departure, page, connection: connection.name }).toString()
}

const noWay: Departure = {
  kind: 'failed',
  reason: 'connection_inactive',
  detail: 'nobody speaks this protocol here',
}

/** An earlier failure is over: whoever comes back by the Back button chooses anew. */
function leaving({ details }: Visit, now: number): (before: Progress) => Progress {
  const { reasons, maxAge } = details
  const freshFrom = isAnew(reasons) ? now : maxAge === undefined ? undefined : now - maxAge
  return (before) => ({ ...before, failure: undefined, freshFrom })
}

const isAnew = (reasons: readonly string[]): boolean => reasons.includes('login_prompt')

/** Whoever has proved who they are has nothing to ask elsewhere, unless that is where they must. */
const before: readonly Step['kind'][] = [
  'choose_account',
  'elsewhere_failed',
  'email_code',
  'hand_off',
  'identifier',
  'password',
  'register',
  'register_code',
  'register_password',
]

function mayLeave({ kind }: Step): boolean {
  return before.includes(kind)
}

/** OIDC Core §3.1.2.1: what the application wants of us, we want of them. */
function wishesOf(visit: Visit): Wishes {
  const { details, progress, signedIn } = visit
  const { reasons, maxAge, uiLocales, foreignAcrValues } = details
  return {
    // whoever was there too long ago is asked for it again and again, unless they are to prove it anew
    anew: isAnew(reasons) || progress.failure?.reason === 'authentication_too_old',
    maxAge,
    loginHint:
      progress.email ?? (progress.another ? undefined : signedIn?.email) ?? details.loginHint,
    uiLocales,
    acrValues: foreignAcrValues,
  }
}

/** SECURITY: one that is switched off, a draft, and one that never was are the same to whoever asks. */
async function activeConnection(ctx: Context, { connections }: FederationRouteDeps) {
  const id = String(ctx['params'].connection)
  const isOne = connectionIdPattern.test(id)
  const tenant = tenantOf(ctx.req)
  const found = isOne && (await connections.find(tenant.id, brandId<ConnectionId>(id)))
  if (!found || found.status !== 'active') throw notFound()
  return found
}

function notFound(): AppError {
  return new AppError({
    code: 'federation.not_found',
    status: 404,
    message: 'There is nothing here.',
  })
}

function refusedStart(): AppError {
  return new AppError({
    code: 'federation.start_refused',
    status: 400,
    message: 'The application sent a request that is not accepted.',
  })
}

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
