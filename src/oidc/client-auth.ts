import { errors } from 'oidc-provider'
import type { Configuration } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'

/** Seconds a client assertion may be valid, and how far a clock may be ahead (Q21). */
const longestAssertion = 300
const clockSkew = 10

/**
 * draft-ietf-oauth-rfc7523bis: the audience is the issuer and nothing else. The engine would take any endpoint's
 * address, built from the `Host` header, and any expiry, which then decides how long a replay mark is kept (F3, F4;
 * CVE-2025-27370).
 */
export function assertClientAssertion(
  clock: Clock,
): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> {
  return async (ctx, claims, header) => {
    const now = epochSeconds(clock)
    const { aud, exp, iat, jti } = claims
    if (aud !== ctx.oidc.issuer)
      refuse('audience (aud) must be the issuer identifier, as one string')
    if (!isWholeNumber(exp) || exp > now + longestAssertion) {
      refuse('expiration (exp) must be a whole number and at most 300 seconds ahead')
    }
    if (!isWholeNumber(iat) || iat > now + clockSkew) {
      refuse('issued at (iat) must be a whole number and not in the future')
    }
    if (typeof jti !== 'string' || jti.length > 256)
      refuse('jti must be a string of at most 256 characters')
    if (header['crit'] !== undefined) refuse('crit is not supported') // RFC 8725 §3.10
  }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function refuse(reason: string): never {
  throw new errors.InvalidClientAuth(reason)
}
