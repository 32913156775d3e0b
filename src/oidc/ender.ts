import type { AccountArtifactEnder } from '#account/account.ts'
import type { ClientArtifactEnder } from '#client/client.ts'
import type { ConsentArtifactEnder } from '#consent/consent.ts'
import type { ArtifactStore } from './oidc.ts'

/**
 * Ends what the engine made for an account or a client: sessions, grants, refresh tokens, opaque access tokens, codes
 * (Q17, Q18). JWT access tokens live out their ten minutes.
 */
export function createArtifactEnder(
  store: ArtifactStore,
): AccountArtifactEnder & ClientArtifactEnder & ConsentArtifactEnder {
  return {
    endAccount: (tenantId, accountId) => store.destroyByOwner(tenantId, { accountId }),
    endAccess: (tenantId, accountId, clientId) =>
      store.destroyAccess(tenantId, accountId, clientId),
    endClient: (tenantId, clientId) => store.destroyByOwner(tenantId, { clientId }),
  }
}
