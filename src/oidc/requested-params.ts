import type { Client, Clients } from '#client/client.ts'
import type { ConsentRequest } from '#consent/consent.ts'
import { claimsByScope, scopes } from './claims.ts'

const identityScopes: ReadonlySet<string> = new Set(scopes)
const impliedClaims: ReadonlySet<string> = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss'])
const knownClaims: ReadonlySet<string> = new Set(
  Object.values(claimsByScope).flatMap((claims) => (Array.isArray(claims) ? claims : [])),
)

/**
 * What an authorization request asks to be allowed, read from its parameters: the same inside the engine's own request
 * and outside of it, where an interaction runs.
 */
export async function consentOfParams(
  params: Readonly<Record<string, unknown>>,
  client: Client,
  clients: Clients,
): Promise<ConsentRequest> {
  const wanted = words(params['scope'])
  return {
    scopes: wanted.filter((scope) => identityScopes.has(scope) && scope !== 'openid'),
    claims: claimsOf(params['claims']),
    resources: await resourcesOf(params['resource'], wanted, client, clients),
  }
}

async function resourcesOf(
  parameter: unknown,
  wanted: readonly string[],
  client: Client,
  clients: Clients,
): Promise<Record<string, readonly string[]>> {
  const indicators = (Array.isArray(parameter) ? parameter : [parameter]).filter(
    (item) => typeof item === 'string',
  )
  const scopesOf = async (indicator: string) => {
    const resource = await clients.findResource(client.tenantId, indicator)
    const allowed = client.metadata.resources[indicator] ?? []
    return (resource?.scopes ?? []).filter(
      (scope) => allowed.includes(scope) && wanted.includes(scope),
    )
  }
  const entries = await Promise.all(
    indicators.map(async (indicator) => [indicator, await scopesOf(indicator)] as const),
  )
  return Object.fromEntries(entries.filter(([, scopes]) => scopes.length > 0))
}

function claimsOf(parameter: unknown): readonly string[] {
  if (typeof parameter !== 'string') return []
  // the engine has parsed and checked it before it stored the request
  const { userinfo, id_token: idToken } = JSON.parse(parameter) as Record<
    string,
    object | undefined
  >
  const names = [...Object.keys(userinfo ?? {}), ...Object.keys(idToken ?? {})]
  return [...new Set(names)].filter((claim) => knownClaims.has(claim) && !impliedClaims.has(claim))
}

function words(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(' ').filter(Boolean) : []
}
