import { Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/** The request an adapter call belongs to: the engine keeps it in an AsyncLocalStorage. Undefined outside a request. */
export function currentRequest(): KoaContextWithOIDC | undefined {
  return Provider.ctx
}

/** The engine's name of the endpoint being served, such as `token`. */
export function currentRoute(): string | undefined {
  return currentRequest()?.oidc.route
}
