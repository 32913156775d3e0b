import type { Audit, AuditActor, AuditEvent } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId, type AccountId, type RequestId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { createFailureBounds, type Connection, type Requesting } from '../federation.ts'

export type RecordDeps = {
  readonly audit: Pick<Audit, 'append'>
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
  readonly clock: Clock
}

/** What is told of, whoever did it. */
export type Occasion = {
  readonly tenant: Pick<Tenant, 'id'>
  readonly connection: Pick<Connection, 'id'>
  readonly requester: Requesting
}

export type IdentityEvent =
  | 'federation.signed_in'
  | 'federation.linked'
  | 'federation.unlinked'
  | 'federation.account_created'

/** What is kept of who came in by a connection. Never an address: whose they are is in the account. */
export function createRecords({ audit, metrics, clock }: RecordDeps) {
  const bounds = createFailureBounds({ clock })

  function about({ tenant, connection, requester }: Occasion, detail: AuditEvent['detail']) {
    const { ip, userAgent, requestId } = requester
    return {
      tenantId: tenant.id,
      ip,
      userAgent,
      requestId: brandId<RequestId>(requestId),
      detail: { connection: connection.id, ...detail },
    }
  }

  return {
    async happened(
      type: IdentityEvent,
      occasion: Occasion,
      { accountId, detail }: { accountId: AccountId; detail?: AuditEvent['detail'] },
      within: Transaction | undefined,
    ): Promise<void> {
      const actor = actorOf(accountId)
      const event = { ...about(occasion, detail), type, accountId, actor }
      await audit.append({ ...event, outcome: 'success' }, within)
    },

    /** Why is for the audit, and never for the browser. */
    async failed(occasion: Occasion, reason: string): Promise<void> {
      metrics?.signIn({ method: 'federated', outcome: 'failure', reason })
      if (!bounds.ofEverybody(occasion.requester.ip)) return
      await audit.append({
        ...about(occasion, { reason }),
        type: 'federation.failed',
        outcome: 'failure',
        actor: { kind: 'anonymous' },
      })
    },

    counted(): void {
      metrics?.signIn({ method: 'federated', outcome: 'success' })
    },
  }
}

export type Records = ReturnType<typeof createRecords>

export const actorOf = (id: AccountId): AuditActor => ({ kind: 'account', id })
