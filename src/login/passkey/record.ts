import type { Audit } from '#audit/audit.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Passkey, PasskeyVerdict, VerifyPasskey } from './passkey.ts'

const method = 'passkey'

export type RecorderDeps = {
  readonly audit: Pick<Audit, 'append'>
  readonly metrics?: Pick<Metrics, 'signIn'> | undefined
}

/** Tells of what came of an answer. Each gives the verdict back. */
export function createRecorder({ audit, metrics }: RecorderDeps) {
  const facts = ({ tenant, requester }: VerifyPasskey, { accountId }: Passkey) => {
    const { ip, userAgent, requestId } = requester
    return { tenantId: tenant.id, accountId, ip, userAgent, requestId }
  }
  const failed = (reason: string) => metrics?.signIn({ method, outcome: 'failure', reason })

  return {
    /** Nobody is known it could be about: a flood of these is no row each. */
    unheard(verdict: PasskeyVerdict): PasskeyVerdict {
      failed(verdict.kind)
      return verdict
    },

    async refused(input: VerifyPasskey, passkey: Passkey, reason: string): Promise<PasskeyVerdict> {
      failed(reason)
      const actor = { kind: 'anonymous' } as const
      const event = { ...facts(input, passkey), actor, outcome: 'failure' } as const
      await audit.append({ ...event, type: 'login.failed', detail: { method, reason } })
      return { kind: 'refused' }
    },

    /** `goneBack`: the counter of a synced passkey did not grow, which alone says little. */
    async proved(input: VerifyPasskey, passkey: Passkey, goneBack: boolean): Promise<void> {
      metrics?.signIn({ method, outcome: 'success' })
      const actor = { kind: 'account', id: passkey.accountId } as const
      const event = { ...facts(input, passkey), actor, outcome: 'success' } as const
      if (goneBack) await audit.append({ ...event, type: 'factor.passkey_counter_gone_back' })
      await audit.append({ ...event, type: 'login.succeeded', detail: { method } })
    },
  }
}
