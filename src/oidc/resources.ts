import { errors } from 'oidc-provider'
import type { Client as ClientModel, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { mayUseApi } from '#client/client.ts'
import type { Clients } from '#client/client.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { apiAudience, apiScopesOf } from './direct/direct.ts'
import { apiTokenLifetime } from './lifetimes.ts'
import { clientRecord } from './client-models.ts'
import { textParam } from './param.ts'

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/**
 * RFC 8707. A resource is known to the tenant, and a client gets only the scopes of it that its registration names: the
 * engine's own `scope` metadata does not limit resource scopes (measured).
 */
export function resourceIndicators(tenant: Tenant, clients: Clients): ResourceIndicators {
  const ownApi = apiAudience(tenant)
  return {
    enabled: true,

    async getResourceServerInfo(ctx, indicator, client) {
      if (indicator === ownApi) return ownApiFor(ctx, client, ownApi)
      const resource = await clients.findResource(tenant.id, indicator)
      const allowed = allowedScopes(client, indicator)
      // One answer for both: whether a resource exists is not told to a client that may not use it.
      if (!resource || !allowed) throw new errors.InvalidTarget()
      const scopes = resource.scopes.filter((scope) => allowed.includes(scope))
      // A person consents to scopes. An audience without one would be a token for an API nobody was asked about.
      if (isAsking(ctx) && !scopes.some((scope) => ctx.oidc.requestParamScopes.has(scope))) {
        throw new errors.InvalidTarget('no scope of this resource was requested')
      }
      return {
        scope: scopes.join(' '),
        audience: resource.identifier,
        accessTokenTTL: resource.accessTokenTtl,
        accessTokenFormat: resource.accessTokenFormat,
        jwt: { sign: { alg: 'ES256' } },
      }
    },

    async defaultResource(ctx, client, oneOf) {
      if (oneOf) return oneOf
      return onlyResourceOfMachine(ctx, client)
    },

    async useGrantedResource() {
      return false
    },
  }
}

/** Our own API is not asked for on a page: its tokens come of signing in there (`direct/`). */
function ownApiFor(ctx: KoaContextWithOIDC, client: ClientModel, audience: string) {
  const record = clientRecord(client)
  if (isAsking(ctx) || !mayUseApi(record)) throw new errors.InvalidTarget()
  return {
    scope: apiScopesOf(record).join(' '),
    audience,
    accessTokenTTL: apiTokenLifetime,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'ES256' as const } },
  }
}

/** Before the tokens: where a person is asked, or will be. */
function isAsking(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.route !== 'token'
}

/** A machine with one API to call need not name it: most OAuth libraries cannot send `resource`. */
function onlyResourceOfMachine(ctx: KoaContextWithOIDC, client: ClientModel): string | undefined {
  if (textParam(ctx, 'grant_type') !== 'client_credentials') return undefined
  const indicators = Object.keys(clientRecord(client).metadata.resources)
  return indicators.length === 1 ? indicators[0] : undefined
}

function allowedScopes(client: ClientModel, indicator: string): readonly string[] | undefined {
  return clientRecord(client).metadata.resources[indicator]
}
