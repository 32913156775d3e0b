import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { tenantSettings, type Tenant } from '#tenant/tenant.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import { guardRules, type GuardRules } from './rules.ts'

/** Who is tried, from where. */
export type Attempt = {
  readonly tenant: Tenant
  /** The account's id, or what stands for an account there is not (Q35). */
  readonly subject: string
  /** False where no account has this address. */
  readonly isKnown: boolean
  /** `addressKey(ip)` */
  readonly address: string
  /** The device cookie's value, when it was issued for this account. */
  readonly device: string | undefined
}

export type Admission =
  | { readonly allowed: true; readonly counted: readonly Counted[] }
  | {
      readonly allowed: false
      readonly rule: string
      readonly retryAfter: number
      /** Not for a while: until the password is set anew, unless the device is known. */
      readonly isLocked: boolean
    }

export type Counted = { readonly rule: ThrottleRule; readonly subject: string }

/** What a password attempt is counted against, and what of it is given back. */
export type PasswordGuard = {
  /** Counts the attempt against every rule, or says which one refuses it. Nothing is verified before this (Q34). */
  admit(attempt: Attempt): Promise<Admission>
  /** It was right: this device's tries are forgotten, and the address is not charged for it. */
  accept(attempt: Attempt, counted: readonly Counted[]): Promise<void>
  /** It was never verified: as if it had not been made. */
  withdraw(attempt: Attempt, counted: readonly Counted[]): Promise<void>
  /** The password is new: what wrong ones brought is over, from every device. */
  lift(tenantId: TenantId, subject: string): Promise<void>
}

export function createPasswordGuard(deps: { readonly throttle: Throttle }): PasswordGuard {
  const { throttle } = deps
  const anyRules = guardRules(tenantSettings.parse({})) // a reset knows a rule by its name

  return {
    async admit(attempt) {
      const { id } = attempt.tenant
      const rules = guardRules(attempt.tenant.settings)
      const counted: Counted[] = []
      // The address first: what a flood from one place is refused for is not counted against its victim.
      for (const count of [...addressRules(attempt, rules), ...ownRules(attempt, rules)]) {
        const answer = await throttle.attempt(count.rule, id, count.subject)
        if (answer.allowed) {
          counted.push(count)
        } else if (count.rule === rules.sprayed) {
          // Not another account: it was charged for when it was new.
          const spray = counted.pop()
          if (spray) await throttle.forgive(spray.rule, id, spray.subject)
        } else {
          const isLocked = count.rule === rules.consecutive || count.rule === rules.stranger
          // What cannot be tried brings no wait either: the next answer is this one again.
          if (isLocked) await throttle.forgive(rules.account, id, attempt.subject)
          const { retryAfter } = answer
          return { allowed: false, rule: count.rule.name, retryAfter, isLocked }
        }
      }
      return { allowed: true, counted }
    },

    async accept(attempt, counted) {
      const { id, settings } = attempt.tenant
      const own = ownRules(attempt, guardRules(settings))
      for (const { rule, subject } of counted) {
        const isOwn = own.some((mine) => mine.rule.name === rule.name)
        if (isOwn) await throttle.reset(rule, id, subject)
        else await throttle.forgive(rule, id, subject)
      }
    },

    async withdraw(attempt, counted) {
      for (const { rule, subject } of counted) {
        await throttle.forgive(rule, attempt.tenant.id, subject)
      }
    },

    async lift(tenantId, subject) {
      await throttle.reset(anyRules.account, tenantId, subject)
      await throttle.reset(anyRules.consecutive, tenantId, subject)
    },
  }
}

/** The tries of a known device count against that device alone: nobody else can use them up (Q37, Q38). */
function ownRules({ subject, device, isKnown }: Attempt, rules: GuardRules): Counted[] {
  if (device !== undefined) return [{ rule: rules.device, subject: `${subject}.${sha256(device)}` }]
  return [
    { rule: rules.account, subject },
    { rule: isKnown ? rules.consecutive : rules.stranger, subject },
  ]
}

function addressRules({ subject, address, device }: Attempt, rules: GuardRules): Counted[] {
  if (device !== undefined) return []
  return [
    { rule: rules.address, subject: address },
    { rule: rules.spray, subject: address },
    { rule: rules.sprayed, subject: `${address} ${subject}` },
  ]
}
