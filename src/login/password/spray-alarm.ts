import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Throttle } from '../login.ts'
import type { Attempt } from './guard.ts'
import { alarmWindow, guardRules, onceAnAlarm } from './rules.ts'
import { createSprayWatch } from './spray-watch.ts'

/** Tells when one password is tried on everybody, however many addresses it comes from (Q38). Locks nobody. */
export type SprayAlarm = {
  /** A wrong password, known account or not. Never rejects. */
  refused(attempt: Attempt): Promise<void>
  /** A try that a rule refused. Never rejects. */
  throttled(attempt: Attempt, rule: string): Promise<void>
}

/** The first wrong password of an account in a stretch of time: it is one more account. */
const failing = onceAnAlarm('password.failing')
const raised = onceAnAlarm('password.alarmed')

export function createSprayAlarm(deps: {
  readonly throttle: Throttle
  readonly audit: Audit
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics?: Pick<Metrics, 'sprayAlarm'> | undefined
}): SprayAlarm {
  const { throttle, audit, clock, logger, metrics } = deps
  const watch = createSprayWatch(deps)

  /** Counted in fixed stretches: a rule alone would add up a large tenant's typing errors for ever. */
  const stretch = () => String(Math.floor(clock.now() / 1000 / alarmWindow))

  async function count({ tenant, subject }: Attempt): Promise<void> {
    const now = stretch()
    if (!(await throttle.attempt(failing, tenant.id, `${now} ${subject}`)).allowed) return
    const { alarm } = guardRules(tenant.settings)
    if (!(await throttle.attempt(alarm, tenant.id, now)).allowed) await raise('accounts', tenant)
  }

  /** Once for each tenant, kind and stretch, in every process together. */
  async function raise(from: 'address' | 'accounts', tenant: Attempt['tenant']): Promise<void> {
    const once = await throttle.attempt(raised, tenant.id, `${stretch()} ${from}`)
    if (!once.allowed) return
    metrics?.sprayAlarm(from)
    logger.warn('wrong passwords are tried on many accounts', { tenant_id: tenant.id, kind: from })
    const { throttle_alarm_accounts: accounts, throttle_address_accounts: perAddress } =
      tenant.settings
    await audit.append({
      tenantId: tenant.id,
      type: 'login.spraying_suspected',
      outcome: 'failure',
      actor: { kind: 'system' },
      detail: { from, more_than: from === 'address' ? perAddress : accounts, seconds: alarmWindow },
    })
  }

  /** What only tells must not be what fails a sign-in. */
  async function quietly(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      logger.error('the alarm about sprayed passwords failed', { err: error })
    })
  }

  return {
    /** A known device is its owner's: they mistype, they do not spray. */
    async refused(attempt) {
      if (attempt.device !== undefined) return
      await quietly(watch.failed(attempt))
      await quietly(count(attempt))
    },

    async throttled({ tenant }, rule) {
      if (rule === guardRules(tenant.settings).spray.name) await quietly(raise('address', tenant))
    },
  }
}
