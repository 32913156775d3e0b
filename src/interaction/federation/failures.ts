import type { Context } from 'koa'
import type { Audit } from '#audit/audit.ts'
import { createFailureBounds, type Failure } from '#federation/federation.ts'
import type { Clock } from '#kit/clock.ts'
import { newReference } from '#kit/random.ts'
import type { Requester } from '#login/login.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { FederationFailure, KnownConnection } from '../interaction.ts'
import { known } from './elsewhere.ts'

/**
 * Records why a sign-in elsewhere came to nothing, and gives what its page may say: what to do, and a reference. Everything else
 * is for the people who run the server.
 */
export type TellOfFailure = (
  ctx: Context,
  failure: Pick<Failure, 'tenant' | 'detail'> & {
    readonly connection: KnownConnection
    readonly reason: FederationFailure['reason']
    /** It stands in the audit already. */
    readonly isRecorded?: boolean | undefined
  },
) => Promise<FederationFailure>

export type FailureDeps = {
  readonly audit: Pick<Audit, 'append'>
  readonly logger: Pick<Logger, 'info'>
  readonly metrics: Pick<Metrics, 'signIn'>
  readonly requesterOf: (ctx: Context) => Omit<Requester, 'deviceCookie'>
  readonly clock: Clock
}

export function createTellOfFailure(deps: FailureDeps): TellOfFailure {
  const bounds = createFailureBounds(deps)

  async function record(
    ctx: Context,
    { tenant, connection, reason, detail }: Parameters<TellOfFailure>[1],
    reference: string,
  ): Promise<void> {
    const { ip, userAgent, requestId } = deps.requesterOf(ctx)
    deps.metrics.signIn({ method: 'federated', outcome: 'failure', reason })
    const mayBeKept = reason === 'errand_unknown' ? bounds.ofNobody : bounds.ofEverybody
    if (!mayBeKept(ip)) return
    await deps.audit.append({
      tenantId: tenant.id,
      type: 'federation.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      ip,
      userAgent,
      requestId,
      detail: { connection: connection.id, reason, detail, reference },
    })
  }

  return async (ctx, failure) => {
    const { tenant, connection, reason, detail } = failure
    const reference = newReference()
    if (!failure.isRecorded) await record(ctx, failure, reference)
    const facts = { tenant_id: tenant.id, connection: connection.id, reason, reference, detail }
    deps.logger.info('a sign-in elsewhere came to nothing', facts)
    return { connection: known(connection), reason, reference }
  }
}

/** Where nothing is known of who left: no sign-in could show it. */
export function addressOfNobody(
  basePath: string,
  { connection, reference }: FederationFailure,
): string {
  return `${basePath}/federation/${connection.id}/failed?reference=${reference}`
}
