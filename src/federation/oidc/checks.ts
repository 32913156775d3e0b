import { hash } from 'node:crypto'
import { textOf, type Claims } from './claims.ts'
import type { SigningAlgorithm } from './oidc.ts'
import type { ProblemCode } from './problem.ts'

/** Seconds a clock over there may be wrong. */
export const clockTolerance = 60
/** Seconds between when a token was made and when we read it: it comes directly (reference/federation.md §3.1). */
const oldestToken = 600

export type Expected = {
  readonly clientId: string
  /** Epoch seconds. */
  readonly now: number
  /** When they left; epoch seconds. */
  readonly startedAt: number
  /** OIDC Core §3.1.2.1, what was asked; undefined: nothing. */
  readonly maxAge: number | undefined
}

/** OIDC Core §3.1.3.7, as far as the library does not look (reference/federation.md §3.1). */
export function idTokenProblem(claims: Claims, expected: Expected): ProblemCode | undefined {
  const { clientId, now } = expected
  const { azp, iat, sub } = claims
  if (azp !== undefined && azp !== clientId) return 'id_token.azp'
  if (typeof iat !== 'number' || Math.abs(now - iat) > oldestToken) return 'id_token.iat'
  if (textOf(sub) === undefined) return 'id_token.sub'
  return isTimely(claims['auth_time'], expected) ? undefined : 'id_token.auth_time'
}

/**
 * SECURITY: the age counts from when they left, not from now: somebody may read a consent page for minutes. Who was asked for
 * an age and tells none has proved none.
 */
function isTimely(authTime: unknown, { now, startedAt, maxAge }: Expected): boolean {
  if (authTime === undefined) return maxAge === undefined
  if (typeof authTime !== 'number' || !(authTime >= 0)) return false
  if (authTime > now + clockTolerance) return false
  return maxAge === undefined || authTime >= startedAt - maxAge - clockTolerance
}

/** OIDC Core §3.1.3.8: optional with a code, but not for nothing. */
export function isHashOf(atHash: unknown, accessToken: string, alg: SigningAlgorithm): boolean {
  if (atHash === undefined) return true
  const digest = hash(alg === 'EdDSA' ? 'sha512' : 'sha256', accessToken, 'buffer')
  return atHash === digest.subarray(0, digest.length / 2).toString('base64url')
}
