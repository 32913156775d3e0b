import type { Clock } from '#kit/clock.ts'
import { epochSeconds } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'
import type { Sealer } from '#kit/sealer.ts'
import { createCodec } from './adapter/codec.ts'
import type { ArtifactStore, RegistrationTokens } from './oidc.ts'

/** As the engine would write it: an administrator hands these out without a running server. */
export function createRegistrationTokens(deps: {
  readonly store: Pick<ArtifactStore, 'upsert'>
  readonly sealer: Sealer
  readonly clock: Clock
}): RegistrationTokens {
  return {
    async issue(tenantId, lifetime) {
      const token = randomToken()
      const iat = epochSeconds(deps.clock)
      const payload = { kind: 'InitialAccessToken', iat, exp: iat + lifetime }
      const codec = createCodec('InitialAccessToken', { ...deps, tenantId })
      await deps.store.upsert(tenantId, codec.encode(token, payload, lifetime))
      return token
    },
  }
}
