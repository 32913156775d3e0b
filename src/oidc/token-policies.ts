import type { Configuration } from 'oidc-provider'
import { brandId } from '#kit/ids.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Accounts } from '#account/account.ts'
import type { Clients } from '#client/client.ts'

type Features = NonNullable<Configuration['features']>
type AllowedIntrospection = NonNullable<NonNullable<Features['introspection']>['allowedPolicy']>
type AllowedRevocation = NonNullable<NonNullable<Features['revocation']>['allowedPolicy']>

/**
 * Q19: who owns a token, or is named as a reader by the resource it is for, may see it; the engine alone lets every
 * confidential client read every token. A token of an account or client that is no longer active is not active (Q18).
 */
export function createIntrospectionPolicy(deps: {
  readonly tenantId: TenantId
  readonly accounts: Accounts
  readonly clients: Clients
}): AllowedIntrospection {
  const { tenantId, accounts, clients } = deps

  return async (ctx, client, token) => {
    const { aud, accountId } = token as TokenFacts
    const isOwner = token.clientId === client.clientId
    // Anybody can claim to be a public client: it is told about its own tokens only.
    if (!isOwner && client.clientAuthMethod === 'none') return false
    if (!isOwner && !(await mayReadAudience(audiencesOf(aud), client.clientId))) return false
    if (!(await ctx.oidc.provider.Client.find(String(token.clientId)))) return false
    return accountId === undefined || (await isActive(accountId))
  }

  async function mayReadAudience(audiences: readonly string[], clientId: string): Promise<boolean> {
    for (const audience of audiences) {
      const resource = await clients.findResource(tenantId, audience)
      if (resource?.introspectors.some((reader) => reader === clientId)) return true
    }
    return false
  }

  async function isActive(accountId: string): Promise<boolean> {
    return (await accounts.findActive(tenantId, brandId<AccountId>(accountId))) !== undefined
  }
}

/** Not every kind of token has them, and the engine's types leave them out of those that do. */
type TokenFacts = { readonly aud?: string | readonly string[]; readonly accountId?: string }

function audiencesOf(aud: string | readonly string[] | undefined): readonly string[] {
  if (aud === undefined) return []
  return typeof aud === 'string' ? [aud] : aud
}

/** RFC 7009 §2.1: a client revokes its own tokens; of others it is told nothing, not even that they exist. */
export const revocationPolicy: AllowedRevocation = async (_ctx, client, token) =>
  token.clientId === client.clientId
