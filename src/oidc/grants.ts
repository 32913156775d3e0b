import type { Configuration, Grant, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ConnectionId, TenantId } from '#kit/ids.ts'
import type { ConsentRequest, ConsentStore } from '#consent/consent.ts'
import { isNothing, missingConsent } from '#consent/consent.ts'
import type { Client, Clients } from '#client/client.ts'
import { clientRecord } from './client-models.ts'
import { elsewhereOf, takeOrigin } from './federated-session.ts'
import { consentOfParams } from './requested-params.ts'

/**
 * A Grant belongs to one session and one client, and dies with the session's sign-out; what a person has allowed for
 * good is our own row (F14). Here a request finds the Grant it may use without asking, or none.
 */
export function createGrantLoader(deps: {
  readonly tenantId: TenantId
  readonly clients: Clients
  readonly consents: ConsentStore
}): NonNullable<Configuration['loadExistingGrant']> {
  const { tenantId, consents } = deps

  return async (ctx) => {
    const { provider, client, session } = ctx.oidc
    if (!client || !session?.accountId) return undefined

    const record = clientRecord(client)
    const accountId = brandId<AccountId>(session.accountId)
    const wanted = await consentOfParams(ctx.oidc.params ?? {}, record, deps.clients)
    const isAllowed = () => mayGoUnasked(record, accountId, wanted)
    const answered = ctx.oidc.result?.consent?.grantId
    const { via } = elsewhereOf(session)
    if (answered)
      return stillAllowed(await savedFor(via, await provider.Grant.find(answered)), isAllowed)

    const before = await grantOfSession(ctx, client.clientId)
    if (before && isUsable(before, { ctx, wanted, via })) return before

    if (!(await isAllowed())) return undefined
    const grant = before ?? newGrant(provider, record, accountId, via)
    return stillAllowed(await extendGrant(grant, wanted), isAllowed)
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

/**
 * SECURITY: asked once the Grant is written. Whoever takes the consent back removes it first and then every Grant there is:
 * one that was written in between would live on, and nothing would show it to the person (Q17).
 */
async function stillAllowed(
  grant: Grant | undefined,
  isAllowed: () => Promise<boolean>,
): Promise<Grant | undefined> {
  if (!grant || (await isAllowed())) return grant
  await grant.destroy()
  return undefined
}

type Use = {
  readonly ctx: KoaContextWithOIDC
  readonly wanted: ConsentRequest
  readonly via: ConnectionId | undefined
}

/** As it is: it holds all that is wanted, and is of who signed in. Whoever else did takes it over. */
function isUsable(grant: Grant, { ctx, wanted, via }: Use): boolean {
  return !takeOrigin(grant, via) && covers(grant, ctx, wanted)
}

async function savedFor(via: ConnectionId | undefined, grant: Grant | undefined) {
  if (grant && takeOrigin(grant, via)) await grant.save()
  return grant
}

async function grantOfSession(
  ctx: KoaContextWithOIDC,
  clientId: string,
): Promise<Grant | undefined> {
  const grantId = ctx.oidc.session?.grantIdFor(clientId)
  return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId)
}

/** `via`: through whom the person signed in, if not here. */
export function newGrant(
  provider: Provider,
  { clientId }: Client,
  accountId: AccountId,
  via: ConnectionId | undefined,
): Grant {
  const grant = new provider.Grant({ accountId, clientId })
  takeOrigin(grant, via)
  return grant
}

/**
 * Adds what was allowed to the one Grant of a session and client: earlier tokens hang on it and stay good. No token gets
 * more by it, each is cut to what its own request asked.
 */
export async function extendGrant(grant: Grant, allowed: ConsentRequest): Promise<Grant> {
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
