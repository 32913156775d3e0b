import type { Context } from 'koa'
import { mayUseApi } from '#client/client.ts'
import type { Client, Clients } from '#client/client.ts'
import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { TenantId } from '#kit/ids.ts'
import { tenantOf } from '#tenant/tenant.ts'
import { refusals } from './refusals.ts'

/**
 * Scripts of other origins (Q10, RFC 9700 §2.6): an origin is let in by the `allowed_origins` of an application that may
 * use this API, never by its redirect URIs, and without credentials, because there are none: no cookie is read here.
 * A request that does not yet tell its application is held against all of them; as soon as it does, against its own.
 */
export type Cors = {
  /** Throws `AppError` 403 for an origin nobody registered; says in the answer that the others may read it. */
  admit(ctx: Context): Promise<void>
  /** The answer to a preflight request. */
  preflight(ctx: Context): void
}

const exposed = 'ETag, Retry-After, WWW-Authenticate, X-Request-Id'

export function createCors(deps: {
  readonly clients: Pick<Clients, 'list'>
  readonly clock: Clock
}): Cors {
  const origins = createCache<TenantId, ReadonlySet<string>>({
    load: async (tenantId) => originsOf(await deps.clients.list(tenantId)),
    clock: deps.clock,
    ttl: 1000,
    max: 2000,
  })

  return {
    async admit(ctx) {
      ctx.vary('Origin')
      const { origin } = ctx.headers
      if (origin === undefined) return
      const tenant = tenantOf(ctx.req)
      if (origin === new URL(tenant.issuer).origin) return // our own pages
      if (!(await origins.get(tenant.id)).has(origin)) throw originRefused(ctx)
      ctx.set('access-control-allow-origin', origin)
      ctx.set('access-control-expose-headers', exposed)
    },

    preflight(ctx) {
      ctx.status = 204
      ctx.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE')
      ctx.set('access-control-allow-headers', 'Authorization, Content-Type, If-Match')
      ctx.set('access-control-max-age', '600')
    },
  }
}

/** Throws `AppError` 403: the application is known now, and this origin is not one of its own. */
export function checkOriginOf(client: Client, ctx: Context): void {
  const allowed = ctx.response.headers['access-control-allow-origin']
  if (allowed === undefined || client.metadata.allowed_origins.includes(allowed)) return
  throw originRefused(ctx)
}

function originsOf(clients: readonly Client[]): ReadonlySet<string> {
  const admitted = clients.filter((client) => client.status === 'active' && mayUseApi(client))
  return new Set(admitted.flatMap(({ metadata }) => metadata.allowed_origins))
}

function originRefused(ctx: Context): AppError {
  ctx.remove('access-control-allow-origin')
  const [status, message] = refusals['api.origin_refused']
  return new AppError({ code: 'api.origin_refused', status, message })
}
