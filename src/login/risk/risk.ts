import type { Account } from '#account/account.ts'
import type { RequestId } from '#kit/ids.ts'
import type { Position, SessionOwner } from '#session/session.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant, TenantSettings } from '#tenant/tenant.ts'

/**
 * How doubtful a sign-in is, once the first proof is given: a score of signals that anybody can follow. A weight of zero
 * switches a signal off.
 */
export const signalNames = [
  'new_device',
  'new_network',
  'new_country',
  'impossible_travel',
  'unusual_hour',
  'recent_failures',
  'listed_address',
  'many_accounts',
] as const
export type SignalName = (typeof signalNames)[number]

/** `unreadable`: it could not be told, and counts as `yes`: what hides is no better than what is odd (Q50). */
export type SignalValue = 'yes' | 'no' | 'unreadable'
export type Signals = Readonly<Record<SignalName, SignalValue>>

export const riskLevels = ['low', 'medium', 'high'] as const
/** `medium`: one more step, whatever the device. `high`: a proof that cannot be phished, or nothing. */
export type RiskLevel = (typeof riskLevels)[number]

/** `reasons`: the signals that counted, such as `new_country` or `new_country_unreadable`. */
export type Risk = {
  readonly level: RiskLevel
  readonly score: number
  readonly reasons: readonly string[]
}

export type RiskScale = {
  readonly weights: Readonly<Record<SignalName, number>>
  /** Scores from which on it is no longer `low`, no longer `medium`. */
  readonly medium: number
  readonly high: number
}

/** A sign-in of which the first proof is right. */
export type DoubtfulSignIn = {
  readonly tenant: Tenant
  readonly account: Account
  /** Of the person as far as the transport knows; anything but an address is unreadable. */
  readonly ip: string
  readonly userAgent: string | undefined
  readonly requestId: RequestId
  /** Value of this browser's device cookie for the account, unverified. */
  readonly device: string | undefined
}

export type Risks = {
  /** Asks the operator's hook where there is one. What counted is in the audit, whatever the level. Changes no habit. */
  assess(signIn: DoubtfulSignIn): Promise<Risk>
  /** What is remembered of somebody, for them to read. */
  habitsOf(owner: SessionOwner): Promise<Habits | undefined>
  /** Remembers where and when an accepted sign-in came from. */
  learn(signIn: Pick<DoubtfulSignIn, 'tenant' | 'account' | 'ip'>): Promise<void>
}

/** Where an address stands. Undefined: the operator has no file to look in. */
export type Whence = {
  readonly country: string | undefined
  readonly position: Position | undefined
}

/** What is seen of where and when somebody signs in. */
export type Sighting = {
  /** Epoch seconds. */
  readonly at: number
  /** Undefined: unreadable. */
  readonly network: string | undefined
  /** Undefined where there is no file of places. */
  readonly whence: Whence | undefined
}

/**
 * Where and when somebody usually signs in: networks (a /24, or a /48 of IPv6) and countries by when they were last seen, how
 * often at which hour (UTC), and the rough position of the last time. Personal data: nothing of it outlives `habitLifetime`
 * without a sign-in, or the account.
 */
export type Habits = {
  readonly networks: Readonly<Record<string, number>>
  readonly countries: Readonly<Record<string, number>>
  /** 24 numbers. */
  readonly hours: readonly number[]
  readonly last: { readonly at: number; readonly position?: Position | undefined } | undefined
}

/** Seconds. */
export const habitLifetime = 90 * 24 * 3600

/** Port. What is past its end is not there. */
export type HabitStore = {
  /** Undefined: nothing is known of them. */
  find(owner: SessionOwner): Promise<Habits | undefined>
  /** Read, changed and written as one step: of two at once none is lost. Kept for `habitLifetime` from now on. */
  change(owner: SessionOwner, change: (before: Habits | undefined) => Habits): Promise<void>
  remove(owner: SessionOwner, within: Transaction | undefined): Promise<void>
  /** See `Remover`. */
  removeExpired(before: number, limit: number): Promise<number>
}

/** Port: an operator's own judgement, from the same signals. Undefined when it gives none: the built-in one stands. */
export type RiskHook = (question: {
  readonly signIn: DoubtfulSignIn
  readonly signals: Signals
  readonly builtIn: Risk
}) => Promise<Risk | undefined>

/** What the tenant says each signal counts, and from where on it matters. */
export function scaleOf(settings: TenantSettings): RiskScale {
  return {
    weights: {
      new_device: settings.risk_new_device,
      new_network: settings.risk_new_network,
      new_country: settings.risk_new_country,
      impossible_travel: settings.risk_impossible_travel,
      unusual_hour: settings.risk_unusual_hour,
      recent_failures: settings.risk_recent_failures,
      listed_address: settings.risk_listed_address,
      many_accounts: settings.risk_many_accounts,
    },
    medium: settings.risk_medium_from,
    high: settings.risk_high_from,
  }
}

/** The built-in judgement. Pure. */
export function evaluate(signals: Signals, { weights, medium, high }: RiskScale): Risk {
  const counted = signalNames.filter((name) => signals[name] !== 'no' && weights[name] > 0)
  const score = counted.reduce((sum, name) => sum + weights[name], 0)
  const reasons = counted.map((name) =>
    signals[name] === 'unreadable' ? `${name}_unreadable` : name,
  )
  if (score >= high) return { level: 'high', score, reasons }
  return { level: score >= medium ? 'medium' : 'low', score, reasons }
}
