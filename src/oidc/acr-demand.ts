import { errors } from 'oidc-provider'
import { isAcr, meetsAcr, strongestAcr } from '#client/client.ts'
import type { Acr, Client, Clients } from '#client/client.ts'

/** What must have been proved for an authorization request. */
export type AcrDemand = {
  /** What the person is asked for. */
  readonly needed: Acr
  /** Without it the request fails. Between this and `needed` is a wish: what was proved then is told as it is. */
  readonly required: Acr | undefined
  /** What the application named: one of these stands in its tokens, where it was reached (OIDC Core §5.5.1.1, RFC 9470 §4). */
  readonly named: readonly Acr[]
}

type Params = Readonly<Record<string, unknown>>

/**
 * From the parameters, the client's own rule and those of the APIs it asks tokens for; undefined where nobody asks. Throws the
 * engine's `UnmetAuthenticationRequirements` where something nobody can prove here is essential.
 */
export async function acrDemandOf(
  params: Params,
  client: Client,
  clients: Clients,
): Promise<AcrDemand | undefined> {
  const request = requestOf(params)
  const named = request.values.filter((value) => isAcr(value))
  if (request.isEssential && request.values.length > 0 && named.length === 0) throw unreachable()
  const enough = weakestOf(named)
  const minimums = await minimumsOf(params, client, clients)
  const required = strongestAcr([request.isEssential ? enough : undefined, ...minimums])
  const needed = strongestAcr([enough, required])
  return needed && { needed, required, named }
}

/** What the tokens say of somebody who proved `proved`: in the words of who asked, never more than what happened. */
export function acrToTell(proved: string | undefined, { named }: Pick<AcrDemand, 'named'>) {
  return strongestAcr(named.filter((acr) => meetsAcr(proved, acr))) ?? proved
}

type AcrRequest = { readonly values: readonly string[]; readonly isEssential: boolean }

/** OIDC Core §5.5.1.1 by `claims`, else §3.1.2.1 by `acr_values`. */
function requestOf(params: Params): AcrRequest {
  const claim = claimOf(params['claims'])
  if (claim) return claim
  const { acr_values: wished } = params
  return {
    values: typeof wished === 'string' ? wished.split(' ').filter(Boolean) : [],
    isEssential: false,
  }
}

function claimOf(parameter: unknown): AcrRequest | undefined {
  if (typeof parameter !== 'string') return undefined
  const acr = parseAcrClaim(parameter)
  if (!isRecord(acr)) return undefined
  const { essential, values, value } = acr
  if (values !== undefined && !Array.isArray(values)) {
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array')
  }
  const named = [...(values ?? []), value].filter((item) => typeof item === 'string')
  return { values: named, isEssential: essential === true }
}

/** The engine has parsed the parameter and checked its form before anybody comes here. */
function parseAcrClaim(parameter: string): unknown {
  const { id_token: idToken } = JSON.parse(parameter) as { id_token?: Record<string, unknown> }
  return isRecord(idToken) ? idToken['acr'] : undefined
}

async function minimumsOf(
  params: Params,
  client: Client,
  clients: Clients,
): Promise<readonly (Acr | undefined)[]> {
  const { resource } = params
  const indicators = (Array.isArray(resource) ? resource : [resource]).filter(
    (item) => typeof item === 'string',
  )
  const resources = await Promise.all(
    indicators.map((indicator) => clients.findResource(client.tenantId, indicator)),
  )
  return [client.metadata.minimum_acr, ...resources.map((found) => found?.minimumAcr)]
}

function weakestOf(values: readonly Acr[]): Acr | undefined {
  return values.find((acr) => values.every((other) => meetsAcr(other, acr)))
}

function unreachable(): Error {
  return new errors.UnmetAuthenticationRequirements(
    'none of the requested authentication context class references can be reached',
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
