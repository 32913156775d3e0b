import type { Proof } from '#login/login.ts'
import { stepUpReason } from '#oidc/oidc.ts'
import type { Situation } from './interaction.ts'

type Proving = Pick<Situation, 'details' | 'progress' | 'signedIn'>

/**
 * Everything that was proved, the first first. Who is signed in and asked for nothing but more need not repeat their password:
 * it was proved when they signed in, and counts with its own time.
 */
export function proofsOf(situation: Proving): readonly Proof[] {
  const carried = carriedProof(situation)
  return carried ? [carried, ...situation.progress.proofs] : situation.progress.proofs
}

function carriedProof({ details, progress, signedIn }: Proving): Proof | undefined {
  const { session, prompt, reasons } = details
  const isMoreWanted = prompt === 'login' && reasons.every((reason) => reason === stepUpReason)
  if (!isMoreWanted || progress.another || progress.provesAnew) return undefined
  if (!signedIn || session?.authTime === undefined) return undefined
  if (!session.amr.includes('pwd')) return undefined
  return { method: 'password', accountId: signedIn.id, amr: ['pwd'], at: session.authTime }
}
