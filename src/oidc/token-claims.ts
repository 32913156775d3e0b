import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Tenant } from '#tenant/tenant.ts'
import { apiAudience } from './direct/direct.ts'
import { sessionClaim } from './direct/session-claim.ts'

/**
 * RFC 9068 §2.2.1: how and when the person proved who they are, for an API that asks for more (RFC 9470 §6). Tokens for our
 * own API also name the session they live with, and no others do: it is nobody else's business.
 */
export function createTokenClaims(tenant: Tenant): NonNullable<Configuration['extraTokenClaims']> {
  const audience = apiAudience(tenant)

  return async (ctx, token) => {
    if (!('accountId' in token)) return undefined
    const isOurs = token.aud === audience
    return { ...proofOf(ctx), ...(isOurs && { [sessionClaim]: token.sessionUid }) }
  }
}

/** What the token is made of knows it. */
function proofOf({ oidc }: KoaContextWithOIDC) {
  const { AuthorizationCode, RefreshToken, DeviceCode } = oidc.entities
  const { acr, amr, authTime } = AuthorizationCode ?? RefreshToken ?? DeviceCode ?? {}
  return { acr, amr, auth_time: authTime }
}
