import type { AccountArtifactEnder } from '#account/account.ts'
import type { ClientArtifactEnder } from '#client/client.ts'
import type { ConsentArtifactEnder } from '#consent/consent.ts'
import type { SessionStore } from '#session/session.ts'
import type { SessionKeeper } from './live-sessions.ts'
import type { ArtifactStore } from './oidc.ts'

/**
 * Ends what the engine made for an account or a client: sessions, grants, refresh tokens, opaque access tokens, codes
 * (Q17, Q18). JWT access tokens live out their ten minutes. The applications an account is signed in to are told.
 */
export function createArtifactEnder(deps: {
  readonly store: ArtifactStore
  readonly sessions: Pick<SessionStore, 'uidsOf' | 'removeOf'>
  readonly keeper: Pick<SessionKeeper, 'announceEnd'>
}): AccountArtifactEnder & ClientArtifactEnder & ConsentArtifactEnder {
  const { store, sessions, keeper } = deps
  return {
    async endAccount(tenantId, accountId) {
      const owner = { tenantId, id: accountId }
      for (const uid of await sessions.uidsOf(owner)) await keeper.announceEnd(tenantId, uid)
      await store.destroyByOwner(tenantId, { accountId })
      await sessions.removeOf(owner)
    },
    endAccess: (tenantId, accountId, clientId) =>
      store.destroyAccess(tenantId, accountId, clientId),
    endClient: (tenantId, clientId) => store.destroyByOwner(tenantId, { clientId }),
  }
}
