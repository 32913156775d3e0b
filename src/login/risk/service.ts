import type { Audit } from '#audit/audit.ts'
import { canonicalIp, networkKey, type Networks } from '#http/networks.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Geography } from '#session/session.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { DeviceCookies } from '../password/password.ts'
import { learn, strangeness } from './habits.ts'
import { evaluate, scaleOf } from './risk.ts'
import type {
  DoubtfulSignIn,
  HabitStore,
  Risk,
  RiskHook,
  Risks,
  Sighting,
  Signals,
  SignalValue,
} from './risk.ts'

export type RiskDeps = {
  readonly store: HabitStore
  readonly devices: Pick<DeviceCookies, 'matches'>
  readonly audit: Pick<Audit, 'append' | 'countOf'>
  /** Undefined: the operator has no file of places, and nothing is said of them. */
  readonly geography: Geography | undefined
  /** Addresses of proxies of ours: what comes from one is nobody's own address. */
  readonly isProxy: Networks
  readonly isListed: Networks | undefined
  /** Whether many accounts were tried from an address lately. */
  readonly triesMany: (tenant: Tenant, ip: string) => Promise<boolean>
  readonly hook: RiskHook | undefined
  readonly metrics?: Pick<Metrics, 'riskEvaluated'> | undefined
  readonly clock: Clock
}

/** Failures of this account in so many seconds, among its latest events, that make the next success doubtful. */
const failures = { count: 3, window: 15 * 60, events: 50 }

const none: Risk = { level: 'low', score: 0, reasons: [] }

export function createRisks(deps: RiskDeps): Risks {
  const { store, audit, hook, metrics } = deps
  const sight = createSight(deps)
  const signalsOf = createSignals(deps, sight)

  return {
    async assess(signIn) {
      const { settings } = signIn.tenant
      if (settings.risk === 'off') return none
      const signals = await signalsOf(signIn)
      const builtIn = evaluate(signals, scaleOf(settings))
      const asked = await hook?.({ signIn, signals, builtIn })
      const risk = asked ?? builtIn
      metrics?.riskEvaluated(risk.level)
      if (risk.level !== 'low' || risk.reasons.length > 0)
        await audit.append(eventOf(signIn, risk, asked === undefined ? 'built_in' : 'hook'))
      return risk
    },

    habitsOf: (owner) => store.find(owner),

    async learn({ tenant, account, ip }) {
      if (tenant.settings.risk === 'off') return
      const sighting = sight(ip)
      const before = await store.find(account)
      if (before && learn(before, sighting) === before) return
      await store.change(account, (habits) => learn(habits, sighting))
    },
  }
}

/** SECURITY: an address of a proxy of ours says that the person's own was not to be read (Q50, CVE-2024-47070). */
function createSight({ geography, isProxy, clock }: RiskDeps) {
  return (ip: string): Sighting => {
    const address = isProxy(ip) ? undefined : canonicalIp(ip)
    const place = address === undefined ? undefined : geography?.(address)
    return {
      at: epochSeconds(clock),
      network: address === undefined ? undefined : networkKey(address),
      whence: geography && { country: place?.country, position: place?.position },
    }
  }
}

function createSignals(deps: RiskDeps, sight: (ip: string) => Sighting) {
  const { store, devices, audit, isListed, triesMany, clock } = deps

  /** SECURITY: failures may be out of sight behind as many events as are looked at: whoever knows the password can make them. */
  async function failsOften({ tenant, account }: DoubtfulSignIn): Promise<SignalValue> {
    const { count, window, events: limit } = failures
    const since = new Date(clock.now() - window * 1000)
    const newest = { type: 'login.failed', outcome: 'failure', since, limit } as const
    const { found, counted } = await audit.countOf(tenant.id, account.id, newest)
    if (counted >= count) return 'yes'
    return found === limit ? 'unreadable' : 'no'
  }

  function listed(ip: string): Signals['listed_address'] {
    if (!isListed) return 'no'
    if (canonicalIp(ip) === undefined) return 'unreadable'
    return isListed(ip) ? 'yes' : 'no'
  }

  return async (signIn: DoubtfulSignIn): Promise<Signals> => {
    const { tenant, account, ip, device } = signIn
    const [habits, recentFailures, isManyTrying] = await Promise.all([
      store.find(account),
      failsOften(signIn),
      triesMany(tenant, ip),
    ])
    const isKnown = devices.matches(tenant.id, account.id, device, account.endedAt)
    return {
      // at the very first sign-in every browser is new
      new_device: habits && !isKnown ? 'yes' : 'no',
      ...strangeness(habits, sight(ip)),
      recent_failures: recentFailures,
      listed_address: listed(ip),
      many_accounts: isManyTrying ? 'yes' : 'no',
    }
  }
}

function eventOf(signIn: DoubtfulSignIn, { level, score, reasons }: Risk, by: 'built_in' | 'hook') {
  const { tenant, account, ip, userAgent, requestId } = signIn
  return {
    tenantId: tenant.id,
    type: 'risk.evaluated',
    outcome: level === 'low' ? 'success' : 'failure',
    actor: { kind: 'account', id: account.id },
    accountId: account.id,
    ip,
    userAgent,
    requestId,
    detail: { level, score, reasons, by },
  } as const
}
