/**
 * Every deep import from the engine, in one place: not covered by its semantic versioning, so the version is pinned and
 * `internals.test.ts` notices when one of them moves.
 */
// @ts-expect-error -- the engine ships no types for this module
import { confirm } from 'oidc-provider/lib/actions/end_session.js'
// @ts-expect-error -- the engine ships no types for this module
import addClient from 'oidc-provider/lib/helpers/add_client.js'
// @ts-expect-error -- the engine ships no types for this module
import { issueTokens as issueFromSource } from 'oidc-provider/lib/helpers/grant_common.js'
import * as helpers from 'oidc-provider/lib/helpers/grants.js'
// @ts-expect-error -- the engine ships no types for this module
import engineStorage from 'oidc-provider/lib/helpers/als.js'
// @ts-expect-error -- the engine ships no types for this module
import EngineRouter from 'oidc-provider/lib/helpers/router.js'
import type { AsyncLocalStorage } from 'node:async_hooks'
import type {
  AllClientMetadata,
  AuthorizationCode,
  Client,
  Grant,
  KoaContextWithOIDC,
  Provider,
} from 'oidc-provider'

/** Builds a client model from metadata, with every check of the engine, and fetches its `sector_identifier_uri`. */
export const buildClientModel: (
  provider: Provider,
  metadata: AllClientMetadata,
) => Promise<Client> = addClient

/** What the engine does once a sign-out is confirmed: the last of the steps of `POST /logout/confirm`. */
export const endSession: (ctx: KoaContextWithOIDC) => Promise<void> = confirm.at(-1)

export { issueFromSource }

/** What the engine does with a code that has passed every check: access, refresh and ID token, into the answer. */
export function issueTokens(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  { source, grant, gty }: Issuance,
): Promise<void> {
  const bound = Object.entries(helpers).map(([name, helper]) => [name, bind(helper, provider)])
  const labels = { gty, entityLabel: gty }
  return issueFromSource(provider, Object.fromEntries(bound), ctx, source, grant, labels)
}

type Issuance = {
  readonly source: AuthorizationCode
  readonly grant: Grant
  /** What the tokens say they were issued for. */
  readonly gty: string
}

/** As the engine hands its helpers to its own grants. */
function bind(helper: unknown, provider: Provider): unknown {
  return (helper as (...given: unknown[]) => unknown).bind(undefined, provider)
}

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
