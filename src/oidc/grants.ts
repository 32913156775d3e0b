import type { Configuration, Grant, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { ConsentRequest, ConsentStore } from '#consent/consent.ts'
import { isNothing, missingConsent } from '#consent/consent.ts'
import type { Client, Clients } from '#client/client.ts'
import { clientRecord } from './client-models.ts'
import { consentOfParams } from './requested-params.ts'

/**
 * A Grant belongs to one session and one client, and dies with the session's sign-out; what a person has allowed for
 * good is our own row (F14). Here a request finds the Grant it may use without asking, or none.
 */
export function createGrantLoader(deps: {
  readonly tenantId: TenantId
  readonly clients: Clients
  readonly consents: ConsentStore
  readonly clock: Clock
}): NonNullable<Configuration['loadExistingGrant']> {
  const { tenantId, consents, clock } = deps

  return async (ctx) => {
    const { provider, client, session } = ctx.oidc
    if (!client || !session?.accountId) return undefined

    const answered = ctx.oidc.result?.consent?.grantId
    if (answered) return provider.Grant.find(answered)

    const record = clientRecord(client)
    const wanted = await consentOfParams(ctx.oidc.params ?? {}, record, deps.clients)
    const before = await grantOfSession(ctx, client.clientId)
    if (before && isFresh(before, clock) && covers(before, ctx, wanted)) return before

    const accountId = brandId<AccountId>(session.accountId)
    if (!(await mayGoUnasked(record, accountId, wanted))) return undefined
    return grantAfresh(provider, record, accountId, wanted)
  }

  async function mayGoUnasked(
    client: Client,
    accountId: AccountId,
    wanted: ConsentRequest,
  ): Promise<boolean> {
    if (isTrusted(client)) return true
    const remembered = await consents.find(tenantId, accountId, client.clientId)
    return remembered !== undefined && isNothing(missingConsent(wanted, remembered))
  }
}

async function grantOfSession(
  ctx: KoaContextWithOIDC,
  clientId: string,
): Promise<Grant | undefined> {
  const grantId = ctx.oidc.session?.grantIdFor(clientId)
  return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId)
}

/** A new Grant of exactly what was asked: adding to an old one would hand out more than this request names. */
export async function grantAfresh(
  provider: Provider,
  client: Client,
  accountId: AccountId,
  allowed: ConsentRequest,
): Promise<Grant> {
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(['openid', ...allowed.scopes].join(' '))
  if (allowed.claims.length > 0) grant.addOIDCClaims([...allowed.claims])
  for (const [indicator, scopes] of Object.entries(allowed.resources)) {
    grant.addResourceScope(indicator, scopes.join(' '))
  }
  await grant.save()
  return grant
}

/** The tenant's own applications are not a third party to consent to (Q9). */
export function isTrusted(client: Client): boolean {
  return client.metadata.first_party && client.origin !== 'registration'
}

/** A Grant near its end would outlive neither the refresh tokens nor the patience of a person (panva #1184). */
function isFresh(grant: Grant, clock: Clock): boolean {
  const { iat, exp } = grant
  if (iat === undefined || exp === undefined) return false
  return exp - epochSeconds(clock) > (exp - iat) / 2
}

function covers(grant: Grant, ctx: KoaContextWithOIDC, wanted: ConsentRequest): boolean {
  const scopes = words(grant.getOIDCScope())
  const claims = new Set(grant.getOIDCClaims())
  return (
    [...ctx.oidc.requestParamOIDCScopes].every((scope) => scopes.has(scope)) &&
    wanted.claims.every((claim) => claims.has(claim)) &&
    Object.entries(wanted.resources).every(([indicator, asked]) => {
      const allowed = words(grant.getResourceScope(indicator))
      return asked.every((scope) => allowed.has(scope))
    })
  )
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}
