import { acrMultiFactor, acrPhishingResistant, meetsAcr } from '#client/client.ts'
import { acrOf } from '#login/login.ts'
import type { MethodId, Proof } from '#login/login.ts'
import type { Policy, Prover, Step } from './interaction.ts'

/**
 * What a doubtful sign-in has to prove more, before anything else is asked: `medium` one step more, of what the person has or
 * else a code by mail; `high` what cannot be phished. A remembered device helps with neither. Undefined when it is proved;
 * `refused` when it cannot be.
 */
export function stepInDoubt(
  { prover, policy, way }: Doubted,
  proofs: readonly Proof[],
): Step | undefined {
  const { risk = 'low', email } = prover
  if (risk === 'low' || isBeyondDoubt(risk, proofs)) return undefined
  const used = new Set(proofs.map(({ method }) => method))
  const ways = risk === 'high' ? unphishable(prover, used) : further({ prover, policy }, used)
  const method = ways.find((one) => one === way) ?? ways[0]
  // whoever has nothing but a mailbox has proved it: there is no more to ask for
  if (method === undefined && risk === 'medium' && used.has('email_code')) return undefined
  if (method === undefined) return { kind: 'refused' }
  if (method === 'password') return { kind: 'password', email, again: true }
  return { kind: 'second_step', method, ways, email, trustDays: 0 }
}

type Doubted = {
  readonly prover: Prover
  readonly policy: Pick<Policy, 'email_code_as_second_step'>
  /** What the person asked for. */
  readonly way: MethodId | undefined
}

function isBeyondDoubt(risk: 'medium' | 'high', proofs: readonly Proof[]): boolean {
  const acr = acrOf(proofs)
  if (risk === 'high') return meetsAcr(acr, acrPhishingResistant)
  return new Set(proofs.map(({ method }) => method)).size > 1 || meetsAcr(acr, acrMultiFactor)
}

type Used = ReadonlySet<Proof['method']>

/** A passkey; and what it needs beside it where it was only touched. */
function unphishable({ factors }: Prover, used: Used): readonly MethodId[] {
  if (factors.passkeys === 0) return []
  if (!used.has('passkey')) return ['passkey']
  return factors.password && !used.has('password') ? ['password'] : []
}

/** What the person has; only who has nothing is asked for what everybody has. */
function further(
  { prover: { factors, emailVerified }, policy }: Omit<Doubted, 'way'>,
  used: Used,
): readonly MethodId[] {
  const has: readonly (readonly [MethodId, boolean])[] = [
    ['passkey', factors.passkeys > 0],
    ['totp', factors.totp],
    ['recovery_code', factors.recoveryCodes > 0],
    ['email_code', policy.email_code_as_second_step && emailVerified],
  ]
  const left = (of: typeof has) =>
    of.filter(([method, is]) => is && !used.has(method)).map(([method]) => method)
  const own = left(has)
  const everybodys = [
    ['password', factors.password] as const,
    ['email_code', emailVerified] as const,
  ]
  return own.length > 0 ? own : left(everybodys)
}
