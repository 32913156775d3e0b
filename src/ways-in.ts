import { createPostgresFactors } from '#login/factors/postgres.ts'
import { createConnectedWays, type ConnectedAccountFacts } from './connected-accounts.ts'
import { isSecondFactorDemanded } from './factors.ts'
import { createMailProofs, type MailProofFacts } from './mail-proofs.ts'
import { createSecondFactors, type SecondFactorFacts } from './second-factors.ts'
import type { Stores } from './stores.ts'

type Input = Parameters<typeof createSecondFactors>[0]

/** What the ways in know of each other is made here. */
type Made = 'connectedAccounts' | 'isDemanded' | 'recoveryCodes' | 'removeAllIdentities' | 'totp'

export type WayFacts = Omit<ConnectedAccountFacts & SecondFactorFacts & MailProofFacts, Made>

/** What opens an account besides its password. */
export function createWaysIn(input: Input, stores: Stores, facts: WayFacts) {
  const connected = createConnectedWays(input, stores, facts)
  const { connectedAccounts, removeAllIdentities } = connected
  const about = { ...facts, connectedAccounts, isDemanded: isSecondFactorDemanded }
  const factors = createSecondFactors(input, stores, about)
  const proofs = createMailProofs(input, stores, { ...facts, ...factors, removeAllIdentities })
  return {
    ...factors,
    ...proofs,
    connectedAccounts,
    identities: connected.identitiesOver(proofs.priorCredentials),
    factors: createPostgresFactors(stores.database),
  }
}
