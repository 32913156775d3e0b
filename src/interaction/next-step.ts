import { mailboxOf } from '#kit/email-address.ts'
import type { Proof } from '#login/login.ts'
import { hasProvedAll, nextDemand } from './demand.ts'
import type { Demand } from './demand.ts'
import { stepInDoubt } from './doubt.ts'
import type { Registering, Situation, Step } from './interaction.ts'
import { proofsOf } from './proofs.ts'

/**
 * The one heart of a sign-in. Pure: a table of situations is its test.
 *
 *   select_account ─ choose_account ──▶ account_chosen
 *                         │ another, signed out
 *                         ▼
 *   login ─────────── identifier ──▶ password or email_code ──▶ signed_in
 *                                       ▲
 *   login, again (max_age, prompt=login)┘
 *
 *   somebody proved who they are ──▶ second_step, as often as more is wanted ──▶ signed_in
 *                                  ├▶ enrol: nothing they have is enough, so something is set up
 *                                  ├▶ unmet: the application wants what this person cannot prove
 *                                  └▶ refused: too doubtful to be let in with what this person has
 *   verify_email: an account made for somebody is theirs once they have shown that its mailbox is
 *
 *   leaving: whoever asked for the end of the account keeps it, or goes no further
 *   identifier, or what led there ─ hand_off ──▶ leaves and comes back ──▶ signed_in
 *                                                        ├▶ verify_elsewhere ──▶ signed_in, or link_first
 *                                                        ├▶ link_first ──▶ password … ──▶ signed_in
 *                                                        └▶ elsewhere_failed ──▶ identifier
 *   identifier ─ register ──▶ register_code ──▶ register_password ──▶ signed_in
 *
 *   consent ───────── consent ── another ──▶ identifier
 */
export function nextStep(situation: Situation): Step {
  const { details, progress } = situation
  if (details.prompt === 'consent' && !progress.another) return { kind: 'consent' }

  const { failure } = progress
  if (failure) return { kind: 'elsewhere_failed', failure }
  const [first, ...rest] = proofsOf(situation)
  if (first) return stepAfter([first, ...rest], situation)
  if (isChosen(situation)) return { kind: 'account_chosen' }

  if (progress.registering && situation.policy.mayRegister)
    return registration(progress.registering)
  const elsewhere = handOff(situation)
  if (elsewhere) return elsewhere
  if (progress.email !== undefined) return proofOf(progress.email, situation)
  if (isConfirmation(situation)) return confirmation(situation)
  if (offersAChoice(situation)) return { kind: 'choose_account' }
  return { kind: 'identifier' }
}

/** Somebody else is asked who it is, or is about to be. */
function handOff({ elsewhere, progress, signedIn, details }: Situation): Step | undefined {
  const { linking, verifying } = progress
  if (verifying)
    return { kind: 'verify_elsewhere', connection: verifying.connection, email: verifying.email }
  if (linking && !linking.isTold)
    return { kind: 'link_first', connection: linking.connection, email: linking.email }
  if (!elsewhere?.destination) return undefined
  const email = progress.email ?? signedIn?.email ?? hintedEmail(details)
  return { kind: 'hand_off', ...elsewhere.destination, email }
}

/** SECURITY: it stands on a page of ours, and anybody can write it: nothing but an address (CWE-451). */
function hintedEmail({ loginHint }: Situation['details']): string | undefined {
  return loginHint === undefined ? undefined : mailboxOf(loginHint)?.email
}

/** Somebody has proved who they are. */
function stepAfter(proofs: readonly [Proof, ...Proof[]], situation: Situation): Step {
  const { leaving, progress, prover } = situation
  if (prover?.mustAsk) {
    const { email, mustAsk: connection } = prover
    return { kind: 'hand_off', connection, isEnforced: true, email }
  }
  if (leaving) return { kind: 'leaving', leavesAt: leaving }
  return progress.newCodes ? { kind: 'recovery_codes' } : furtherStep(situation, proofs)
}

/** What is still wanted of somebody who has proved who they are. */
function furtherStep(situation: Situation, proofs: readonly [Proof, ...Proof[]]): Step {
  const { prover, policy, progress } = situation
  if (!prover) return { kind: 'signed_in', proofs }
  if (!prover.emailVerified) return { kind: 'verify_email', email: prover.email }
  const inDoubt = stepInDoubt({ prover, policy, way: progress.way }, proofs)
  if (inDoubt) return inDoubt
  const demand = nextDemand({ ...situation, prover }, proofs)
  if (!demand)
    return isNudged(situation, proofs) ? { kind: 'nudge' } : { kind: 'signed_in', proofs }
  const { want, ways } = demand
  const method = ways.find((way) => way === progress.way) ?? ways[0]
  if (method === undefined) return enrolment(situation, demand)
  if (method === 'password') return { kind: 'password', email: prover.email, again: true }
  const trustDays = want.kind === 'step' ? policy.trusted_device_days : 0
  return { kind: 'second_step', method, ways, email: prover.email, trustDays }
}

/** Only who has just proved who they are, with all they have; has no passkey, and comes with what can make one. */
function isNudged({ mayNudge, progress, prover }: Situation, proofs: readonly Proof[]): boolean {
  if (mayNudge !== true || progress.isNudged || progress.proofs.length === 0) return false
  if (!prover || prover.factors.passkeys > 0 || !progress.canMakePasskey) return false
  return hasProvedAll(prover.factors, proofs)
}

/** Nobody is let in for want of a second factor, but where the tenant has set a day for it, until then. */
function enrolment({ policy, progress }: Situation, { want, enrollable }: Demand): Step {
  const mayGiveUp = want.by === 'application'
  if (enrollable.length === 0 || (mayGiveUp && progress.isGivenUp)) return { kind: 'unmet' }
  const only = enrollable.length === 1 ? enrollable[0] : undefined
  const method = enrollable.find((one) => one === progress.enrolling) ?? only
  const putOffUntil = mayGiveUp ? undefined : policy.putOffUntil
  return { kind: 'enrol', methods: enrollable, method, putOffUntil, mayGiveUp }
}

/** The reasons that ask the very person who is signed in to prove it once more. */
const reasonsToConfirm = new Set(['login_prompt', 'max_age', 'essential_acr'])

function isConfirmation({ details, progress, signedIn }: Situation): boolean {
  if (details.prompt !== 'login' || progress.another || !signedIn) return false
  return details.reasons.every((reason) => reasonsToConfirm.has(reason))
}

function confirmation(situation: Situation): Step {
  const { signedIn } = situation
  return signedIn ? proofOf(signedIn.email, situation) : { kind: 'identifier' }
}

/** SECURITY: follows from the tenant and what the person asked for, never from what the account has (Q73). */
function proofOf(email: string, { signedIn, progress, policy }: Situation): Step {
  const usual = policy.email_code === 'first' ? 'email_code' : 'password'
  const kind = policy.email_code === 'off' ? 'password' : (progress.method ?? usual)
  return { kind, email, again: signedIn?.email === email }
}

/** The address first: nobody chooses a password for a mailbox that is not proved (Q62). */
function registration({ applicant, mailed }: Registering): Step {
  if (applicant) return { kind: 'register_password' }
  return { kind: mailed ? 'register_code' : 'register' }
}

function isChosen({ details, progress, signedIn }: Situation): boolean {
  return (
    details.prompt === 'select_account' && signedIn !== undefined && progress.chosen === signedIn.id
  )
}

/** `login_hint` names the person: a list of others would be in the way. */
function offersAChoice({ details, progress, signedIn, remembered }: Situation): boolean {
  if (progress.another) return false
  if (details.prompt === 'select_account') return signedIn !== undefined || remembered.length > 0
  return details.loginHint === undefined && remembered.length > 0
}
