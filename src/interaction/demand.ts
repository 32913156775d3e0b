import { acrMultiFactor, acrPhishingResistant, meetsAcr } from '#client/client.ts'
import type { Acr } from '#client/client.ts'
import { acrOf } from '#login/login.ts'
import type { EnrolledFactors, MethodId, Proof } from '#login/login.ts'
import { secondFactorRule } from '#tenant/tenant.ts'
import type { EnrollableId, Policy, Progress, Prover, Situation } from './interaction.ts'

type By = 'tenant' | 'application'

/** Something that must be proved beyond who somebody is. */
export type Want =
  /** One step more, of any kind the tenant takes; a device may be remembered for it. */
  | { readonly kind: 'step'; readonly by: By }
  /** This much, whatever the device. `isWish`: whoever cannot goes on with what they proved (Q49). */
  | { readonly kind: 'acr'; readonly by: By; readonly acr: Acr; readonly isWish: boolean }

/** What is asked next: one of `ways`, or that one of `enrollable` is set up; neither where nothing would help. */
export type Demand = {
  readonly want: Want
  readonly ways: readonly MethodId[]
  readonly enrollable: readonly EnrollableId[]
}

/** What it follows from, of a conversation or of a request to the API. */
export type Asking = {
  readonly details: Pick<Situation['details'], 'acr'>
  readonly policy: Omit<Policy, 'email_code' | 'mayRegister'>
  readonly progress: Pick<Progress, 'isPutOff'>
  readonly prover: Prover
}

/** The first want that is not met, and what this person can do about it; undefined when all are met, or let go. */
export function nextDemand(asking: Asking, proofs: readonly Proof[]): Demand | undefined {
  for (const want of wantsOf(asking)) {
    if (isMet(want, asking, proofs)) continue
    const ways = waysTo(want, asking, proofs)
    if (ways.length > 0) return { want, ways, enrollable: [] }
    if (isLetGo(want, asking)) continue
    const enrollable = enrollableFor(want, asking)
    const before = enrollable.length === 0 ? undefined : proveFirst(asking, proofs)
    return before ?? { want, ways, enrollable }
  }
  return undefined
}

/** A wish of the application's, or what may be set up another day. */
function isLetGo(want: Want, { policy, progress }: Asking): boolean {
  if (want.kind === 'acr' && want.isWish) return true
  return want.by === 'tenant' && progress.isPutOff && policy.putOffUntil !== undefined
}

/**
 * SECURITY: nothing is set up on the strength of a password alone by somebody who has more to prove: whoever guessed it would
 * make themselves at home (Q45, Q64).
 */
function proveFirst(asking: Asking, proofs: readonly Proof[]): Demand | undefined {
  const want = { by: 'tenant', kind: 'acr', acr: acrMultiFactor, isWish: false } as const
  const ways = waysTo(want, asking, proofs)
  return isMet(want, asking, proofs) || ways.length === 0
    ? undefined
    : { want, ways, enrollable: [] }
}

function enrollableFor(want: Want, { policy, prover }: Asking): readonly EnrollableId[] {
  const isPasskeyOnly = want.kind === 'acr' && want.acr === acrPhishingResistant
  const isOffered = { passkey: true, totp: !isPasskeyOnly && !prover.factors.totp }
  return policy.enrollable.filter((method) => isOffered[method])
}

/** The tenant's own wants, then those of the application. SECURITY: a remembered device meets the first kind only. */
function wantsOf({ details, policy, prover }: Asking): readonly Want[] {
  const by = 'application'
  const { needed, required } = details.acr ?? {}
  return [
    ...tenantWants(policy, prover),
    ...(required === undefined ? [] : [{ by, kind: 'acr', acr: required, isWish: false } as const]),
    ...(needed === undefined ? [] : [{ by, kind: 'acr', acr: needed, isWish: true } as const]),
  ]
}

function tenantWants(
  policy: Asking['policy'],
  { factors, groups, isTrustedHere }: Prover,
): readonly Want[] {
  const by = 'tenant'
  const rule = secondFactorRule(policy, groups)
  const isAsked = rule === 'required' || (rule !== 'off' && hasSecondFactor(factors))
  const step = isAsked && !isTrustedHere ? [{ by, kind: 'step' } as const] : []
  // whoever puts the passkey off is still asked for what they have
  return rule === 'passkey'
    ? [{ by, kind: 'acr', acr: acrPhishingResistant, isWish: false }, ...step]
    : step
}

/**
 * Whether this person has chosen to be asked for more than a password. One passkey alone is none: who loses it must still
 * come in, so it counts with a second way beside it.
 */
export function hasSecondFactor({ totp, passkeys, recoveryCodes }: EnrolledFactors): boolean {
  return totp || passkeys > 1 || (passkeys === 1 && recoveryCodes > 0)
}

/**
 * SECURITY: a remembered device spares a sign-in the second step, and nothing else: what opens the account from then on is not
 * set up without it (Q64).
 */
export function hasProvedAll(factors: EnrolledFactors, proofs: readonly Proof[]): boolean {
  return !hasSecondFactor(factors) || meetsAcr(acrOf(proofs), acrMultiFactor)
}

function isMet(want: Want, { policy }: Asking, proofs: readonly Proof[]): boolean {
  if (want.kind === 'acr') return meetsAcr(acrOf(proofs), want.acr)
  // SECURITY: a sign-in elsewhere stands for a password: both together are no second step
  const kinds = new Set(proofs.map(({ method }) => (method === 'federated' ? 'password' : method)))
  return (kinds.size > 1 && hasMore(kinds, policy)) || meetsAcr(acrOf(proofs), acrMultiFactor)
}

type Used = ReadonlySet<Proof['method']>

const whatOneHas: readonly MethodId[] = ['passkey', 'totp', 'recovery_code']
const hasOne = (used: Used) => whatOneHas.some((method) => used.has(method))

/** Not only what they know, there or here. SECURITY: mail and password are two steps in either order or in none (Q47). */
const hasMore = (used: Used, { email_code_as_second_step: isMailOne }: Asking['policy']) =>
  hasOne(used) || (isMailOne && used.has('email_code'))

/** In the order they are offered: what was used here last comes first. */
function waysTo(want: Want, asking: Asking, proofs: readonly Proof[]): readonly MethodId[] {
  const used = new Set(proofs.map(({ method }) => method))
  const hasKnowledge = used.has('password') || used.has('federated')
  const left = availableTo(asking).filter(
    (method) => !used.has(method) && !(method === 'password' && hasKnowledge),
  )
  if (want.kind === 'step')
    return left.filter((method) => method !== 'password' || hasMore(used, asking.policy))
  const hasPossession = hasOne(used)
  const hasPasskey = used.has('passkey')
  return left.filter((method) => {
    if (method === 'passkey') return true
    if (method === 'password') return !hasKnowledge && (hasPasskey || want.acr === acrMultiFactor)
    if (want.acr === acrPhishingResistant || method === 'email_code') return false
    return !hasPossession
  })
}

function availableTo({ policy, prover }: Asking): readonly MethodId[] {
  const { factors, emailVerified, lastWay } = prover
  const has: readonly (readonly [MethodId, boolean])[] = [
    ['passkey', factors.passkeys > 0],
    ['totp', factors.totp],
    ['email_code', policy.email_code_as_second_step && emailVerified],
    ['password', factors.password],
    ['recovery_code', factors.recoveryCodes > 0],
  ]
  const ways = has.filter(([, is]) => is).map(([method]) => method)
  return [...ways.filter((way) => way === lastWay), ...ways.filter((way) => way !== lastWay)]
}
