import { isDeepStrictEqual } from 'node:util'
import type { AuditActor } from '#audit/audit.ts'
import { createChangeDeps } from './change.ts'
import type { ClientDeps } from './change.ts'
import type { Clients } from './client.ts'
import { createClientDirectory } from './directory.ts'
import { createLifecycle } from './lifecycle.ts'
import { createRegistration } from './registration.ts'

export function createClients(deps: ClientDeps): Clients {
  const { resources, audit } = deps
  const { forgetClient, forgetResources, ...reads } = createClientDirectory(deps)
  const changes = createChangeDeps(deps, forgetClient)

  return {
    ...reads,
    ...createRegistration(changes),
    ...createLifecycle(changes),

    async putResource(resource, caller) {
      const { tenantId, identifier, scopes } = resource
      await changes.inTransaction(caller, async (within) => {
        const before = await resources.find(tenantId, identifier, within)
        if (isDeepStrictEqual(before, resource)) return
        await resources.put(resource, within)
        const actor: AuditActor = { kind: 'system' }
        const detail = { identifier, scopes }
        await audit.append(
          { tenantId, type: 'client.resource_saved', outcome: 'success', actor, detail },
          within,
        )
      })
      forgetResources(tenantId)
    },
  }
}
