import { Router } from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import type { ReadForm } from '#http/http.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import type { BrowserCookie } from '#login/email-code/email-code.ts'
import { basePathOf, tenantOf, type Tenant } from '#tenant/tenant.ts'
import type { PostedAnswers } from '../errand/errand.ts'
import {
  connectionIdPattern,
  type Arrivals,
  type Connection,
  type Connections,
} from '../federation.ts'
import type { Answer, OidcUpstream } from './oidc.ts'

export type CallbackDeps = {
  readonly upstream: OidcUpstream
  readonly connections: Pick<Connections, 'find' | 'publicKeysOf'>
  readonly arrivals: Arrivals<Context>
  readonly posted: PostedAnswers
  readonly browserCookie: Pick<BrowserCookie, 'read'>
  readonly readForm: ReadForm
}

type Visit = { readonly tenant: Tenant; readonly connection: Connection }

/**
 * `/federation/:connection/callback`: where the other side sends people back to, each connection's own, so that an answer
 * can only be meant for the connection it was asked of (RFC 9700 §4.4.2.2). Always answers by a 303 to an address without a code.
 */
export function createOidcCallbackRouter(deps: CallbackDeps): Router {
  const router = new Router({ prefix: '/federation/:connection' })

  router.get('/callback', async (ctx) => {
    const visit = ctx.method === 'GET' ? await visitOf(ctx, deps) : undefined // a HEAD uses nothing up
    if (!visit) return
    const answer = await answerOf(ctx, visit, deps)
    const browser = deps.browserCookie.read(visit.tenant, ctx.req)
    const came = await deps.upstream.receive({ ...visit, answer, browser })
    redirect(
      ctx,
      came.kind === 'arrived'
        ? await deps.arrivals.arrived(ctx, came.arrival)
        : await deps.arrivals.failed(ctx, came.failure),
    )
  })

  // RFC 7517 §5: what the other side verifies our assertions with
  router.get('/jwks', async (ctx) => {
    const visit = await visitOf(ctx, deps)
    const keys = visit ? await deps.connections.publicKeysOf(visit.connection) : []
    if (keys.length === 0) return
    ctx.type = 'application/jwk-set+json'
    ctx.body = JSON.stringify({ keys })
  })

  // `form_post`: a POST from elsewhere brings no cookie, so it opens nothing; our own GET asks for what it left
  router.post('/callback', async (ctx) => {
    const visit = await visitOf(ctx, deps)
    if (!visit) return
    const form = await deps.readForm(ctx)
    const answer = readAnswer((name) => {
      const value = form.get(name)
      return value === undefined ? [] : [value]
    })
    const isExpected = await deps.upstream.isExpected({ ...visit, answer })
    const handle = isExpected ? await deps.posted.keep(visit, JSON.stringify(answer)) : 'unknown'
    const path = `${basePathOf(visit.tenant)}/federation/${visit.connection.id}/callback`
    redirect(ctx, `${path}?${new URLSearchParams({ handle }).toString()}`)
  })

  return router
}

/** Undefined, and so a 404, for what is not a connection of this tenant that answers here. */
async function visitOf(ctx: Context, deps: CallbackDeps): Promise<Visit | undefined> {
  const tenant = tenantOf(ctx.req)
  const id = String(ctx['params']['connection'])
  if (!connectionIdPattern.test(id)) return undefined
  const connection = await deps.connections.find(tenant.id, brandId<ConnectionId>(id))
  return connection && connection.type !== 'saml' ? { tenant, connection } : undefined
}

/** What stands in the address; or what was posted, once. */
async function answerOf(ctx: Context, visit: Visit, deps: CallbackDeps): Promise<Answer> {
  const query = new URLSearchParams(ctx.querystring)
  const handle = query.get('handle')
  if (handle === null) return readAnswer((name) => query.getAll(name))
  const kept = await deps.posted.take(visit, handle)
  return kept === undefined ? {} : answerShape.parse(JSON.parse(kept))
}

const names = ['state', 'code', 'iss', 'error', 'user'] as const
/** Characters of the longest value that is looked at: Microsoft's codes have some 2000. */
const longest = 8192

/** RFC 6749 §3.1: a parameter comes at most once. What came twice is taken for nothing, and said. */
function readAnswer(valuesOf: (name: string) => readonly string[]): Answer {
  const came = names.map((name) => [name, valuesOf(name).filter((value) => value !== '')] as const)
  const isGood = (values: readonly string[]) =>
    values.length <= 1 && values.every((value) => value.length <= longest && isCleanText(value))
  const good = came.filter(([, values]) => isGood(values))
  const pairs = good.flatMap(([name, [value]]) => (value === undefined ? [] : [[name, value]]))
  return answerShape.parse({ ...Object.fromEntries(pairs), isMalformed: good.length < came.length })
}

const text = z.string().optional()

const answerShape = z.object({
  state: text,
  code: text,
  iss: text,
  error: text,
  user: text,
  isMalformed: z.boolean().optional(),
})

function redirect(ctx: Context, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
