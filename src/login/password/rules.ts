import { throttleSettings, type TenantSettings } from '#tenant/tenant.ts'
import { exponentialWait, type ThrottleRule } from '../login.ts'

const minute = 60
const tenMinutes = 10 * minute
const day = 24 * 60 * minute
const year = 365 * day

/** What wrong passwords of one tenant are counted against. */
export type GuardRules = {
  /** Q36: per account, from devices nobody has signed in from; an unknown account has the same bucket. */
  readonly account: ThrottleRule
  /**
   * Q36: so many wrong ones in a row, however slowly, and the password opens nothing any more from such devices until it is
   * set anew (63B §3.2.2). Known devices and other methods stay open: locking a person out is no weapon.
   */
  readonly consecutive: ThrottleRule
  /** The same for an address nobody has here, forgotten in a day: strangers must not fill a table for a year. */
  readonly stranger: ThrottleRule
  /** Q37: per known device, instead of both above. */
  readonly device: ThrottleRule
  /** Q38: wrong ones from one address in ten minutes, then one every 20 seconds. Right ones are given back. */
  readonly address: ThrottleRule
  /** Q38: accounts in ten minutes from one address, then one a minute: the same password tried on everybody. */
  readonly spray: ThrottleRule
  /** Remembers which accounts an address has tried lately: the first try is allowed, and counts as another account. */
  readonly sprayed: ThrottleRule
  /** Of the tenant, in one stretch of `alarmWindow`: accounts with a wrong password. See `createSprayAlarm`. */
  readonly alarm: ThrottleRule
}

/** Seconds. */
export const alarmWindow = tenMinutes

/** Allowed once in `alarmWindow`. */
export const onceAnAlarm = (name: string): ThrottleRule => ({
  name,
  free: 1,
  wait: () => alarmWindow,
  window: alarmWindow,
})

const names = Object.keys(throttleSettings) as (keyof typeof throttleSettings)[] // its own keys
const known = new Map<string, GuardRules>()
const mostKnown = 1000

/** The same object for the same numbers: a store prepares each rule once. */
export function guardRules(settings: TenantSettings): GuardRules {
  const key = names.map((name) => settings[name]).join(' ')
  const before = known.get(key)
  if (before) return before
  if (known.size >= mostKnown) known.clear()
  const rules = rulesOf(settings)
  known.set(key, rules)
  return rules
}

function rulesOf(settings: TenantSettings): GuardRules {
  const longest = settings.throttle_account_wait
  const deviceWait = settings.throttle_device_wait
  const consecutive = {
    name: 'password.consecutive',
    free: settings.throttle_account_failures,
    wait: () => year,
    window: year,
  }
  const inTenMinutes = (name: string, free: number, wait: number): ThrottleRule => {
    return { name, free, wait: () => wait, window: tenMinutes }
  }
  return {
    account: {
      name: 'password.account',
      free: settings.throttle_account_tries,
      wait: (excess) => exponentialWait(excess, longest),
      window: day,
    },
    consecutive,
    stranger: { ...consecutive, window: day },
    device: {
      name: 'password.device',
      free: settings.throttle_device_tries,
      wait: () => deviceWait,
      window: deviceWait,
    },
    address: inTenMinutes('password.address', settings.throttle_address_tries, 20),
    spray: inTenMinutes('password.spray', settings.throttle_address_accounts, minute),
    sprayed: inTenMinutes('password.sprayed', 1, tenMinutes),
    alarm: inTenMinutes('password.alarm', settings.throttle_alarm_accounts, alarmWindow),
  }
}
