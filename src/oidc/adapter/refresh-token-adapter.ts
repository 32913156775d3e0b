import { epochSeconds } from '#kit/clock.ts'
import { errors } from 'oidc-provider'
import type { AdapterDeps, EngineAdapter } from './adapter-deps.ts'
import { createArtifactAdapter } from './artifact-adapter.ts'
import { currentRoute } from './request.ts'

/** Seconds in which a retried refresh is taken for a network's fault, not for theft (Q15). */
export const refreshRetryGrace = 10

/**
 * RFC 9700 §4.14.2: at most one successor ever. Losing the race for `consume`, or trying again within the grace, is
 * refused and nothing else happens; after it the engine sees a used token and revokes the whole family.
 */
export function createRefreshTokenAdapter(deps: AdapterDeps): Required<EngineAdapter> {
  const artifacts = createArtifactAdapter('RefreshToken', deps)

  return {
    ...artifacts,
    async find(id) {
      const payload = await artifacts.find(id)
      const consumedAt =
        payload && typeof payload.consumed === 'number' ? payload.consumed : undefined
      const isRetry =
        consumedAt !== undefined && epochSeconds(deps.clock) - consumedAt < refreshRetryGrace
      if (isRetry && currentRoute() === 'token') {
        throw new errors.InvalidGrant('refresh token was used a moment ago')
      }
      return payload
    },
  }
}
