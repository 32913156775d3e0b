import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import {
  accountRule,
  addressRule,
  consecutiveRule,
  deviceRule,
  sprayedRule,
  strangerRule,
  sprayRule,
} from './rules.ts'

/** Who is tried, from where. */
export type Attempt = {
  readonly tenantId: TenantId
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
  | { readonly allowed: false; readonly rule: string; readonly retryAfter: number }

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

  /** The tries of a known device count against that device alone: nobody else can use them up (Q37, Q38). */
  function ownRules({ subject, device, isKnown }: Attempt): Counted[] {
    if (device !== undefined) return [{ rule: deviceRule, subject: `${subject}.${sha256(device)}` }]
    return [
      { rule: accountRule, subject },
      { rule: isKnown ? consecutiveRule : strangerRule, subject },
    ]
  }

  function addressRules({ subject, address, device }: Attempt): Counted[] {
    if (device !== undefined) return []
    return [
      { rule: addressRule, subject: address },
      { rule: sprayRule, subject: address },
      { rule: sprayedRule, subject: `${address} ${subject}` },
    ]
  }

  return {
    async admit(attempt) {
      const counted: Counted[] = []
      // The address first: what a flood from one place is refused for is not counted against its victim.
      for (const count of [...addressRules(attempt), ...ownRules(attempt)]) {
        const answer = await throttle.attempt(count.rule, attempt.tenantId, count.subject)
        if (answer.allowed) {
          counted.push(count)
        } else if (count.rule === sprayedRule) {
          // Not another account: it was charged for when it was new.
          const spray = counted.pop()
          if (spray) await throttle.forgive(spray.rule, attempt.tenantId, spray.subject)
        } else {
          return { allowed: false, rule: count.rule.name, retryAfter: answer.retryAfter }
        }
      }
      return { allowed: true, counted }
    },

    async accept(attempt, counted) {
      const own = ownRules(attempt)
      for (const { rule, subject } of counted) {
        const isOwn = own.some((mine) => mine.rule === rule)
        if (isOwn) await throttle.reset(rule, attempt.tenantId, subject)
        else await throttle.forgive(rule, attempt.tenantId, subject)
      }
    },

    async withdraw(attempt, counted) {
      for (const { rule, subject } of counted) {
        await throttle.forgive(rule, attempt.tenantId, subject)
      }
    },

    async lift(tenantId, subject) {
      await throttle.reset(accountRule, tenantId, subject)
      await throttle.reset(consecutiveRule, tenantId, subject)
    },
  }
}
