import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { tenantSettings, type Tenant } from '#tenant/tenant.ts'
import type { Counted, JointAnswer, Throttle } from '../login.ts'
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
      // The address first: a flood from one place is told of that, not of what it would do to its victim.
      const all = [...addressRules(attempt, rules), ...ownRules(attempt, rules)]
      const answer = await throttle.attemptAll(id, all)
      if (answer.allowed) return { allowed: true, counted: all }
      if (answer.by.rule !== rules.sprayed) return refusalOf(answer, rules)
      // Not another account: it was charged for when it was new.
      const rest = all.filter(({ rule }) => rule !== rules.spray && rule !== rules.sprayed)
      const second = await throttle.attemptAll(id, rest)
      return second.allowed ? { allowed: true, counted: rest } : refusalOf(second, rules)
    },

    async accept(attempt, counted) {
      const { id, settings } = attempt.tenant
      const own = ownRules(attempt, guardRules(settings)).map(({ rule }) => rule.name)
      const isOwn = ({ rule }: Counted) => own.includes(rule.name)
      await throttle.settle(id, {
        forgive: counted.filter((count) => !isOwn(count)),
        reset: counted.filter(isOwn),
      })
    },

    withdraw: (attempt, counted) => throttle.settle(attempt.tenant.id, { forgive: counted }),

    lift: (tenantId, subject) =>
      throttle.settle(tenantId, {
        reset: [anyRules.account, anyRules.consecutive].map((rule) => ({ rule, subject })),
      }),
  }
}

function refusalOf(
  { by, retryAfter }: Extract<JointAnswer, { allowed: false }>,
  rules: GuardRules,
): Admission {
  const isLocked = by.rule === rules.consecutive || by.rule === rules.stranger
  return { allowed: false, rule: by.rule.name, retryAfter, isLocked }
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
