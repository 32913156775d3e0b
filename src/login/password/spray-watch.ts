import { addressKey } from '#http/networks.ts'
import type { Tenant, TenantSettings } from '#tenant/tenant.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import type { Attempt } from './guard.ts'
import { alarmWindow, onceAnAlarm } from './rules.ts'

/** Which addresses try many accounts, long before the limit that stops them: what they get right is doubted (Q38). */
export type SprayWatch = {
  /** A wrong password from a device nobody knows. */
  failed(attempt: Attempt): Promise<void>
  /** Whether as many accounts were tried from this address in ten minutes as half of what it may. */
  triesMany(tenant: Tenant, ip: string): Promise<boolean>
}

/** The first wrong password of an account from an address: it is one more account. */
const tried = onceAnAlarm('password.tried')

const known = new Map<number, ThrottleRule>()

/** The same object for the same number: a store prepares each rule once. */
function ruleOf({ throttle_address_accounts: accounts }: TenantSettings): ThrottleRule {
  const free = Math.ceil(accounts / 2)
  const rule = known.get(free) ?? {
    name: 'password.tries_many',
    free,
    wait: () => alarmWindow,
    window: alarmWindow,
  }
  known.set(free, rule)
  return rule
}

export function createSprayWatch({ throttle }: { readonly throttle: Throttle }): SprayWatch {
  return {
    async failed({ tenant, address, subject }) {
      const isOneMore = await throttle.attempt(tried, tenant.id, `${address} ${subject}`)
      if (isOneMore.allowed) await throttle.attempt(ruleOf(tenant.settings), tenant.id, address)
    },

    async triesMany(tenant, ip) {
      const { allowed } = await throttle.look(ruleOf(tenant.settings), tenant.id, addressKey(ip))
      return !allowed
    },
  }
}
