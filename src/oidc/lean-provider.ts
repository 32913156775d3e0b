import { Provider } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { requestStorage, Router } from './internals.ts'

type Middleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/**
 * A provider whose requests die young. The engine hangs its part of a request on Koa's context by an accessor of its
 * own for each request, and V8 allocates accessors in the old generation: all a request ever touched then lives until
 * the next full collection. That is 10 KB each, an eighth of the processor time of a token request, and most of the
 * resident memory (measured, 9.13.3, Node 24). A plain property says the same.
 */
export function createLeanProvider(issuer: string, configuration: Configuration): Provider {
  const putContext: Middleware = (ctx, next) => {
    Object.assign(ctx, { oidc: new provider.OIDCContext(ctx) }) // read-only in the types only
    return requestStorage.run(ctx, next)
  }
  const provider = withRoutesThrough(putContext, () => new Provider(issuer, configuration))
  return provider
}

const verbs = ['get', 'post', 'put', 'delete', 'options'] as const

/** The first middleware of every route the engine registers, which is while it is constructed, is ours in place of its own. */
function withRoutesThrough<T>(first: Middleware, construct: () => T): T {
  const original = Object.fromEntries(verbs.map((verb) => [verb, Router.prototype[verb]]))
  for (const verb of verbs) {
    Router.prototype[verb] = function register(name, path, theirs, ...rest) {
      if (theirs.name !== 'ensureOIDC') throw new Error('the engine begins its routes otherwise')
      return original[verb]?.call(this, name, path, first, ...rest)
    }
  }
  try {
    return construct()
  } finally {
    Object.assign(Router.prototype, original)
  }
}
