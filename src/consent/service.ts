import type { Audit, AuditEvent } from '#audit/audit.ts'
import { Unavailable } from '#kit/errors.ts'
import type { Transactor } from '#storage/storage.ts'
import type { ConsentArtifactEnder, Consents, ConsentStore } from './consent.ts'

export function createConsents(deps: {
  readonly store: ConsentStore
  readonly ender: ConsentArtifactEnder
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
}): Consents {
  const { store, ender, audit, transactor } = deps

  return {
    listOf: (tenantId, accountId) => store.listOf(tenantId, accountId),

    async revoke({ tenantId, accountId, clientId }, by) {
      const isRevoked = await transactor.transaction(async (within) => {
        if (!(await store.remove(tenantId, accountId, clientId, within))) return false
        const owner = { tenantId, accountId, clientId }
        const event: AuditEvent = { ...owner, ...by, type: 'consent.revoked', outcome: 'success' }
        await audit.append(event, within)
        return true
      })
      // Also when there was no consent left: an earlier call may have failed here.
      try {
        await ender.endAccess(tenantId, accountId, clientId)
      } catch (cause) {
        throw new Unavailable('consent', { cause })
      }
      return isRevoked
    },
  }
}
