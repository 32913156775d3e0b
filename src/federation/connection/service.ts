import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { HomeRealms } from '../federation.ts'
import type { AccountRulesOf } from '../identity/identity.ts'
import { createAccountRulesOf } from './account-rules.ts'
import { createConnectionChanges, type ChangeDeps } from './changes.ts'
import type { ConnectionService } from './connection.ts'
import { createConnectionDirectory, withoutSecret } from './directory.ts'
import { managedOf, publicKeysOf } from './managed.ts'
import { openSecret } from './next.ts'
import type { DomainProofs } from './domain/domain.ts'
import { createDomainProofs, type DomainProofDeps } from './domain/service.ts'

export type ConnectionDeps = Omit<ChangeDeps & DomainProofDeps, 'forget'>

/** Who signs people in at a tenant, and whose domains are whose. */
export function createConnections(deps: ConnectionDeps): {
  readonly connections: ConnectionService
  readonly homeRealms: HomeRealms
  readonly domainProofs: DomainProofs
  readonly accountRulesOf: AccountRulesOf
} {
  const { store, domains, sealer } = deps
  const { listOffered, isActive, ofEmail, forget } = createConnectionDirectory(deps)

  async function list(tenantId: TenantId, id?: ConnectionId) {
    const claims = await domains.list(tenantId, id)
    return (connection: Parameters<typeof managedOf>[0]) => managedOf(connection, claims, sealer)
  }

  const connections: ConnectionService = {
    listOffered,
    isActive,

    async find(tenantId, id) {
      const stored = await store.find(tenantId, id)
      return stored && withoutSecret(stored)
    },

    async secretOf({ tenantId, id, version }) {
      const stored = await store.find(tenantId, id)
      // SECURITY: of another version it may be for somebody else; of a disabled connection it is for nobody.
      if (!stored || stored.version !== version || stored.status === 'disabled') return undefined
      return openSecret(sealer, stored)
    },

    async publicKeysOf({ tenantId, id }) {
      const stored = await store.find(tenantId, id)
      return stored && stored.status !== 'disabled' ? publicKeysOf(stored, sealer) : []
    },

    async list(tenantId) {
      const manage = await list(tenantId)
      return (await store.list(tenantId)).map(manage)
    },

    async show(tenantId, id) {
      const stored = await store.find(tenantId, id)
      return stored && (await list(tenantId, id))(stored)
    },

    ...createConnectionChanges({ ...deps, forget }),
  }
  return {
    connections,
    homeRealms: { ofEmail },
    domainProofs: createDomainProofs({ ...deps, forget }),
    accountRulesOf: createAccountRulesOf(deps),
  }
}
