/**
 * Every deep import from the engine, in one place: not covered by its semantic versioning, so the version is pinned and
 * `internals.test.ts` notices when one of them moves.
 */
// @ts-expect-error -- the engine ships no types for this module
import { confirm } from 'oidc-provider/lib/actions/end_session.js'
// @ts-expect-error -- the engine ships no types for this module
import addClient from 'oidc-provider/lib/helpers/add_client.js'
// @ts-expect-error -- the engine ships no types for this module
import engineStorage from 'oidc-provider/lib/helpers/als.js'
// @ts-expect-error -- the engine ships no types for this module
import EngineRouter from 'oidc-provider/lib/helpers/router.js'
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { AllClientMetadata, Client, KoaContextWithOIDC, Provider } from 'oidc-provider'

/** Builds a client model from metadata, with every check of the engine, and fetches its `sector_identifier_uri`. */
export const buildClientModel: (
  provider: Provider,
  metadata: AllClientMetadata,
) => Promise<Client> = addClient

/** What the engine does once a sign-out is confirmed: the last of the steps of `POST /logout/confirm`. */
export const endSession: (ctx: KoaContextWithOIDC) => Promise<void> = confirm.at(-1)

/** Where the engine's models find the request they work for. */
export const requestStorage: AsyncLocalStorage<KoaContextWithOIDC> = engineStorage

type Register = (
  this: unknown,
  name: string,
  path: string,
  ...middleware: [first: RouteMiddleware, ...rest: RouteMiddleware[]]
) => unknown
type RouteMiddleware = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>

/** What the engine registers its routes with while a provider is constructed. */
export const Router: {
  readonly prototype: Record<'get' | 'post' | 'put' | 'delete' | 'options', Register>
} = EngineRouter
