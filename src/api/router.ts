import { Router } from '@koa/router'
import type { Context, Middleware } from 'koa'
import { readJson } from '#http/json.ts'
import { AppError } from '#kit/errors.ts'
import type { Requester } from '#login/login.ts'
import { tenantOf } from '#tenant/tenant.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { apiPath } from './api.ts'
import type { Call, Caller, Endpoint, Outcome, Refused } from './api.ts'
import { checkOriginOf } from './cors.ts'
import type { Cors } from './cors.ts'
import { documentEndpoint } from './document.ts'
import { checkInput, nothing } from './input.ts'
import { refusals } from './refusals.ts'
import type { RefusalCode } from './refusals.ts'

export type ApiDeps = {
  readonly endpoints: readonly Endpoint[]
  /** Q79: undefined for whatever is not a living access token for this API. */
  readonly callerOf: (tenant: Tenant, accessToken: string) => Promise<Caller | undefined>
  readonly cors: Cors
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
}

/** Everything below `/api/v1`. Reads no cookie and sets none (Q67): there is nothing a foreign page could borrow. */
export function createApi(deps: ApiDeps): Middleware {
  const endpoints = [...deps.endpoints, documentEndpoint(deps.endpoints)]
  const router = new Router({ prefix: apiPath, strict: true, sensitive: true })
  for (const endpoint of endpoints) {
    router[endpoint.method](endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'), (ctx) =>
      serve(ctx, endpoint, deps),
    )
  }
  const routes = router.routes()
  const otherMethods = router.allowedMethods()

  return async (ctx, next) => {
    if (!ctx.path.startsWith(`${apiPath}/`)) return next()
    await deps.cors.admit(ctx)
    if (isPreflight(ctx)) return deps.cors.preflight(ctx)
    await otherMethods(ctx as never, () => routes(ctx as never, next)) // the router's Koa knows no state before its own
  }
}

function isPreflight(ctx: Context): boolean {
  return ctx.method === 'OPTIONS' && ctx.headers['access-control-request-method'] !== undefined
}

async function serve(ctx: Context, endpoint: Endpoint, deps: ApiDeps): Promise<void> {
  const tenant = tenantOf(ctx.req)
  // SECURITY: the body first: however slowly it comes, the token must be alive when it has come (Q65)
  const sent = endpoint.method === 'get' ? undefined : await readJson(ctx)
  const caller = endpoint.security === 'bearer' ? await authenticate(ctx, tenant, deps) : undefined
  const call: Call<unknown, unknown, unknown, 'open' | 'bearer'> = {
    tenant,
    requester: deps.requesterOf(ctx),
    headers: {
      authorization: ctx.headers.authorization,
      origin: ctx.headers.origin,
      ifMatch: ctx.headers['if-match'],
    },
    params: checkInput(endpoint.params ?? nothing, { ...(ctx['params'] as object) }),
    query: checkInput(endpoint.query ?? nothing, { ...ctx.query }),
    body: checkInput(endpoint.body ?? nothing, sent ?? {}),
    caller,
  }
  const outcome = await endpoint.handle(call as Call<never, never, never, never>)
  if ('refused' in outcome) throw refuse(ctx, tenant, outcome)
  answer(ctx, endpoint, outcome)
}

/** RFC 6750 §2.1: the header and nothing else. */
async function authenticate(ctx: Context, tenant: Tenant, deps: ApiDeps): Promise<Caller> {
  const [, token] = /^bearer ([\w.~+/-]+=*)$/i.exec(ctx.headers.authorization ?? '') ?? []
  if (token === undefined) throw refuse(ctx, tenant, { refused: 'api.token_required' })
  const caller = await deps.callerOf(tenant, token)
  if (!caller) throw refuse(ctx, tenant, { refused: 'api.token_invalid' })
  checkOriginOf(caller.client, ctx)
  return caller
}

function answer(ctx: Context, { answers }: Endpoint, outcome: Answer): void {
  ctx.status = Number(outcome.status)
  if (outcome.version !== undefined) ctx.set('etag', `"${outcome.version}"`)
  // Q82: what the declaration does not name does not go out, even when a handler gives it away.
  const schema = answers[ctx.status]?.schema
  ctx.body = schema ? schema.parse(outcome.body) : null
}

type Answer = Exclude<Outcome, { readonly refused: RefusalCode }>

function refuse(
  ctx: Context,
  { issuer }: Tenant,
  { refused, details, retryAfter }: Refused<RefusalCode>,
): AppError {
  const [status, message] = refusals[refused]
  // RFC 9110 §15.5.2, RFC 6750 §3. Never Basic: a browser would ask the person for a password by a window of its own.
  if (status === 401)
    ctx.set('www-authenticate', `Bearer realm="${issuer}"${errorFor(refused, details)}`)
  if (refused === 'api.origin_refused') ctx.remove('access-control-allow-origin')
  return new AppError({
    code: refused,
    status,
    message,
    details,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** RFC 6750 §3.1, RFC 9470 §3. */
function errorFor(refused: RefusalCode, details: unknown): string {
  if (refused === 'api.token_invalid') return ', error="invalid_token"'
  if (refused !== 'api.step_up_required') return ''
  const { max_age, acr_values } = details as StepUp // `stepUpNeeded` wrote it
  const acr = acr_values === null ? '' : `, acr_values="${acr_values}"`
  return `, error="insufficient_user_authentication", max_age="${max_age}"${acr}`
}

type StepUp = { readonly max_age: number; readonly acr_values: string | null }
