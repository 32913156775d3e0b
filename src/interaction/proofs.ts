import type { SignInFacts } from '#federation/federation.ts'
import type { ConnectionId } from '#kit/ids.ts'
import { acrOf, amrOf, elsewhereIn, federatedAmr } from '#login/login.ts'
import type { Proof } from '#login/login.ts'
import { stepUpReason } from '#oidc/oidc.ts'
import type { FlowSession } from '#oidc/oidc.ts'
import type { Situation } from './interaction.ts'

type Proving = Pick<Situation, 'details' | 'progress' | 'signedIn'>

/**
 * Everything that was proved, the first first. Who is signed in and asked for nothing but more need not repeat their password:
 * it was proved when they signed in, and counts with its own time.
 *
 * SECURITY: of one person. Of two answers at once the later may be somebody else's: it proves nothing of who came first.
 */
export function proofsOf(situation: Proving): readonly Proof[] {
  const { proofs } = situation.progress
  const carried = carriedProof(situation)
  const [first, ...rest] = carried ? [carried, ...proofs] : proofs
  return first ? [first, ...rest.filter(({ accountId }) => accountId === first.accountId)] : []
}

function carriedProof({ details, progress, signedIn }: Proving): Proof | undefined {
  const { session, prompt, reasons } = details
  const isMoreWanted = prompt === 'login' && reasons.every((reason) => reason === stepUpReason)
  if (!isMoreWanted || progress.another || progress.provesAnew) return undefined
  if (!signedIn || session?.authTime === undefined) return undefined
  const { amr, authTime: at, via } = session
  const of = { accountId: signedIn.id, at }
  // SECURITY: what somebody else says of a password is none of ours
  if (amr.includes(federatedAmr)) return via && { ...of, ...federated(via, session) }
  return amr.includes('pwd') ? { ...of, method: 'password', amr: ['pwd'] } : undefined
}

/** What of it decides whether somebody has to be asked elsewhere. */
export function signInOf(proofs: readonly Proof[]): SignInFacts {
  return { acr: acrOf(proofs), amr: amrOf(proofs), via: elsewhereIn(proofs).via }
}

/** Never more than one factor: whoever had proved two would not be asked. */
function federated(
  connectionId: ConnectionId,
  { amr, until, foreign }: Pick<FlowSession, 'amr' | 'until' | 'foreign'>,
): Pick<Proof, 'method' | 'amr' | 'federated'> {
  return {
    method: 'federated',
    amr: amr.filter((one) => one !== 'mfa'),
    federated: {
      connectionId,
      isMultiFactor: false,
      until,
      ...(foreign && { session: foreign }),
    },
  }
}
