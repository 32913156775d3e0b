import { epochSeconds, type Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { AccountId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { challengeLifetime } from './passkey.ts'

/** What a challenge is for. One that was made for something else is not there. */
export type ChallengeUse = {
  readonly tenant: Pick<Tenant, 'id'>
  readonly binding: string
} & (
  | { readonly ceremony: 'authenticate' }
  /** `accountId`: whose it is to be; its authenticator is told that name, and keeps it under no other (Q52). */
  | { readonly ceremony: 'register'; readonly accountId: AccountId }
)

export type Challenges = {
  /** 256 random bits, base64url. */
  issue(use: ChallengeUse): Promise<string>
  /** Uses it up, for exactly one caller: when it was made, epoch seconds (Q51). */
  take(use: ChallengeUse, challenge: string): Promise<number | undefined>
}

export function createChallenges(deps: {
  readonly ephemeral: Ephemeral
  readonly clock: Clock
}): Challenges {
  const { ephemeral, clock } = deps
  return {
    async issue(use) {
      const challenge = randomToken()
      await ephemeral.put(keyOf(use, challenge), String(epochSeconds(clock)), challengeLifetime)
      return challenge
    },
    async take(use, challenge) {
      const madeAt = await ephemeral.take(keyOf(use, challenge))
      return madeAt === undefined ? undefined : Number(madeAt)
    },
  }
}

function keyOf(use: ChallengeUse, challenge: string): EphemeralKey {
  const { tenant, ceremony, binding } = use
  const whose = ceremony === 'register' ? [use.accountId] : []
  return {
    tenantId: tenant.id,
    kind: `passkey_${ceremony}`,
    id: sha256(JSON.stringify([binding, challenge, ...whose])),
  }
}
