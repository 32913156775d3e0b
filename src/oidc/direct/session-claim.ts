import type { Configuration } from 'oidc-provider'
import type { Tenant } from '#tenant/tenant.ts'
import { apiAudience } from './direct.ts'

/** The claim of our access tokens that names the session they live with. */
export const sessionClaim = 'session_id'

/** Tokens for our own API name the session they live with, and no others do: it is nobody else's business. */
export function createSessionClaim(tenant: Tenant): NonNullable<Configuration['extraTokenClaims']> {
  const audience = apiAudience(tenant)

  return async (_ctx, token) => {
    if (!('sessionUid' in token) || token.aud !== audience) return undefined
    return { [sessionClaim]: token.sessionUid }
  }
}
