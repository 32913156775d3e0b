import type { Audit, AuditEvent } from '#audit/audit.ts'
import { Unavailable } from '#kit/errors.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Consent, ConsentArtifactEnder, Consents, ConsentStore } from './consent.ts'

export function createConsents(deps: {
  readonly store: ConsentStore
  readonly ender: ConsentArtifactEnder
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
}): Consents {
  const { store, ender, audit, transactor } = deps

  async function endAccess({ tenantId, accountId, clientId }: Place): Promise<void> {
    try {
      await ender.endAccess(tenantId, accountId, clientId)
    } catch (cause) {
      throw new Unavailable('consent', { cause })
    }
  }

  return {
    listOf: (tenantId, accountId) => store.listOf(tenantId, accountId),

    async revoke({ tenantId, accountId, clientId }, by) {
      const owner = { tenantId, accountId, clientId }
      // First what hangs on it: while the consent stands, the person sees that the application has access, and can try again.
      await endAccess(owner)
      const isRevoked = await transactor.transaction(async (within) => {
        if (!(await store.remove(tenantId, accountId, clientId, within))) return false
        const event: AuditEvent = { ...owner, ...by, type: 'consent.revoked', outcome: 'success' }
        await audit.append(event, within)
        return true
      })
      // And what a request under way was given as long as it stood.
      if (isRevoked) await endAccess(owner)
      return isRevoked
    },
  }
}

type Place = Pick<Consent, 'tenantId' | 'accountId' | 'clientId'>
