import { errors } from 'oidc-provider'
import type { AuthorizationCode, Client as ClientModel, Provider, Session } from 'oidc-provider'
import type { Client } from '#client/client.ts'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { remainingLifetime } from '#session/session.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { clientRecord } from '../client-models.ts'
import { newGrant } from '../grants.ts'
import { issueTokens } from '../internals.ts'
import { apiAudience, apiScopesOf } from './direct.ts'
import type { SignIn } from './direct.ts'
import { directGrant, ticketOf } from './tickets.ts'

/** What a front end of the tenant's own gets when its registration names no `scope`. */
const usualScopes = 'openid profile email'

/**
 * Adds the grant that `DirectTokens` uses. The engine has authenticated the client and comes here; from here on it issues
 * as it does for a code, from a code that is never written and never leaves the house.
 */
export function installDirectGrant(
  provider: Provider,
  deps: { readonly tenant: Tenant; readonly clock: Clock },
): void {
  const audience = apiAudience(deps.tenant)

  provider.registerGrantType<{ resource?: unknown }>(directGrant, async (ctx) => {
    const { client: model } = ctx.oidc
    const ticket = ticketOf(ctx.req)
    if (!ticket || !model) throw new errors.UnsupportedGrantType()
    const client = clientRecord(model)
    const signIn = await ticket.redeem(client)
    if (!signIn) return void (ctx.body = {})
    const grant = await grantFor(provider, client, signIn, audience)
    const session = await openSession(provider, { client, signIn, grantId: grant.jti }, deps.clock)
    try {
      const source = sourceOf(provider, { model, signIn, session, grantId: grant.jti }, audience)
      // the access token is for the API itself; others are had at the token endpoint, by their `resource`
      ctx.oidc.params.resource = audience
      ctx.oidc.entity('Grant', grant)
      await issueTokens(provider, ctx, { source, grant, gty: directGrant })
    } catch (error) {
      // a sign-in without tokens is nobody's; what is left where this fails too, expires
      await Promise.allSettled([session.destroy(), grant.destroy()])
      throw error
    }
  })
}

type Signed = {
  readonly model: ClientModel
  readonly signIn: SignIn
  readonly session: Session
  readonly grantId: string
}

function sourceOf(provider: Provider, signed: Signed, audience: string): AuthorizationCode {
  const { model, signIn, session, grantId } = signed
  const client = clientRecord(model)
  const { accountId, acr, amr, at } = signIn
  return new provider.AuthorizationCode({
    accountId,
    acr,
    amr: [...amr],
    authTime: at,
    client: model,
    grantId,
    gty: directGrant,
    scope: [...identityScopes(client), ...apiScopesOf(client), ...resourceScopes(client)].join(' '),
    resource: [audience, ...Object.keys(client.metadata.resources)],
    sessionUid: session.uid,
    sid: session.sidFor(client.clientId),
    expiresWithSession: true,
  })
}

/** A first-party application is not consented to (Q9): it gets what it is registered for. */
async function grantFor(
  provider: Provider,
  client: Client,
  { accountId, via }: SignIn,
  audience: string,
) {
  const grant = newGrant(provider, client, accountId, via)
  grant.addOIDCScope(identityScopes(client).join(' '))
  grant.addResourceScope(audience, apiScopesOf(client).join(' '))
  for (const [indicator, scopes] of Object.entries(client.metadata.resources))
    grant.addResourceScope(indicator, scopes.join(' '))
  await grant.save()
  return grant
}

type Opening = { readonly client: Client; readonly signIn: SignIn; readonly grantId: string }

/** The id of it, which a cookie would carry, is thrown away. */
async function openSession(provider: Provider, { client, signIn, grantId }: Opening, clock: Clock) {
  const { accountId, acr, amr, at, via, until, foreign } = signIn
  const session = new provider.Session()
  Object.assign(session, { accountId, acr, amr: [...amr], loginTs: at, via, until, foreign })
  session.ensureClientContainer(client.clientId)
  session.grantIdFor(client.clientId, grantId)
  await session.save(remainingLifetime(session, epochSeconds(clock)))
  return session
}

/** Never `offline_access`: whoever wants tokens that outlive the session asks the person on a page. */
function identityScopes({ metadata }: Client): readonly string[] {
  const registered = (metadata.scope ?? usualScopes).split(' ')
  return [...new Set(['openid', ...registered])].filter((scope) => scope !== 'offline_access')
}

function resourceScopes({ metadata }: Client): readonly string[] {
  return [...new Set(Object.values(metadata.resources).flat())]
}
