import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#session/session.ts'
import type { Acr } from '#session/session.ts'
import type { MethodId, Proof } from './login.ts'

type Facts = Pick<Proof, 'method' | 'userVerified'>

const possessions: readonly MethodId[] = ['totp', 'recovery_code', 'passkey']

/**
 * What was proved, in one word. A password is what somebody knows; an app, a recovery code, a passkey what they have; a
 * passkey that its owner unlocked is both. A code by mail is no factor (Q47, NIST SP 800-63B §3.1.3.1): what it is added to
 * stays what it was.
 */
export function acrOf(proofs: readonly Facts[]): Acr {
  const passkeys = proofs.filter(({ method }) => method === 'passkey')
  const knows = proofs.some(({ method }) => method === 'password')
  const isUnlocked = passkeys.some(({ userVerified }) => userVerified === true)
  const has = proofs.some(({ method }) => possessions.includes(method))
  if (!has || !(knows || isUnlocked)) return acrPassword
  return passkeys.length > 0 ? acrPhishingResistant : acrMultiFactor
}

/** RFC 8176 §2: everything that was used, and `mfa` where it was more than one factor. */
export function amrOf(proofs: readonly Proof[]): readonly string[] {
  const used = new Set(proofs.flatMap(({ amr }) => amr))
  return acrOf(proofs) === acrPassword ? [...used] : [...used.add('mfa')]
}
