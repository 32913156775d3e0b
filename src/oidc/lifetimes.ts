import type { Configuration } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { remainingLifetime } from '#session/session.ts'

const minute = 60
const day = 24 * 60 * minute

/** Q12. */
export const idTokenLifetime = 10 * minute
/** RFC 9068 tokens for our own API (DESIGN §5). */
export const apiTokenLifetime = 10 * minute
/** For userinfo: opaque, so it dies at once when revoked. */
const opaqueTokenLifetime = 60 * minute
/** Q14. */
const refreshIdle = 14 * day
const refreshAbsolutePublic = 30 * day
const refreshAbsoluteConfidential = 90 * day

/** How long each of the engine's artifacts lives, in seconds. */
export function lifetimes(clock: Clock): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? opaqueTokenLifetime,
    ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? opaqueTokenLifetime,
    AuthorizationCode: () => minute,
    DeviceCode: () => 10 * minute,
    IdToken: () => idTokenLifetime,
    Interaction: () => 30 * minute,
    // F6: the engine slides a session forever; the absolute limit is kept here and on every read.
    Session: (_ctx, session) => remainingLifetime(session, epochSeconds(clock)),
    // Outlives every refresh token that hangs on it, or a refresh ends in "grant is expired".
    Grant: () => refreshAbsoluteConfidential + day,
    RefreshToken: (_ctx, token, client) => {
      const absolute =
        client.clientAuthMethod === 'none' ? refreshAbsolutePublic : refreshAbsoluteConfidential
      const firstIssuedAt = token.iiat ?? epochSeconds(clock)
      const left = firstIssuedAt + absolute - epochSeconds(clock)
      return Math.max(1, Math.min(refreshIdle, left))
    },
  }
}
