import type { Audit } from '#audit/audit.ts'
import type { AccountId } from '#kit/ids.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { Requester } from '../login.ts'

export type RecorderDeps = {
  readonly audit: Audit
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
}

export type Asked = { readonly tenant: Tenant; readonly requester: Requester }

export const method = 'email_code'

/** What is kept of a code that was tried. */
export function createRecorder({ audit, metrics }: RecorderDeps) {
  const facts = ({ tenant, requester: { ip, userAgent, requestId } }: Asked) => ({
    tenantId: tenant.id,
    ip,
    userAgent,
    requestId,
  })

  return {
    /** Whose code was tried is not told by a wrong one; who was throttled is not audited: a flood is no row each. */
    async failed(asked: Asked, reason: string): Promise<void> {
      metrics?.signIn({ method, outcome: 'failure', reason })
      if (reason === 'throttled') return
      await audit.append({
        ...facts(asked),
        type: 'login.failed',
        outcome: 'failure',
        actor: { kind: 'anonymous' },
        detail: { method, reason },
      })
    },

    async succeeded(asked: Asked, accountId: AccountId): Promise<void> {
      metrics?.signIn({ method, outcome: 'success' })
      await audit.append({
        ...facts(asked),
        type: 'login.succeeded',
        outcome: 'success',
        actor: { kind: 'account', id: accountId },
        accountId,
        detail: { method },
      })
    },
  }
}
