import type { KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import type { ConsentRequest } from '#consent/consent.ts'

/** Asked in every OpenID Connect request and never a question for a person. */
const impliedScopes: ReadonlySet<string> = new Set(['openid'])
const impliedClaims: ReadonlySet<string> = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss'])

/** What the authorization request in progress asks to be allowed. */
export function requestedConsent(ctx: KoaContextWithOIDC): ConsentRequest {
  const { requestParamScopes, requestParamOIDCScopes, requestParamClaims, resourceServers } =
    ctx.oidc
  return {
    scopes: [...requestParamOIDCScopes].filter((scope) => !impliedScopes.has(scope)),
    claims: [...requestParamClaims].filter((claim) => !impliedClaims.has(claim)),
    resources: requestedResources(resourceServers ?? {}, requestParamScopes),
  }
}

function requestedResources(
  servers: Readonly<Record<string, ResourceServer>>,
  requested: ReadonlySet<string>,
): Record<string, readonly string[]> {
  const scopes = Object.entries(servers).map(
    ([indicator, server]) =>
      [indicator, (server.scope ?? '').split(' ').filter((scope) => requested.has(scope))] as const,
  )
  return Object.fromEntries(scopes.filter(([, wanted]) => wanted.length > 0))
}
