import type { Account } from '#account/account.ts'
import type { Proof } from '#login/login.ts'
import type { Connection, ForeignIdentity } from '../federation.ts'
import type { AccountRules } from './identity.ts'

type Authentication = ForeignIdentity['authentication']

/** Seconds two clocks may differ. */
const skew = 60

/** Whether they signed in over there as the connection requires. `now` in epoch seconds. */
export function isStrongEnough(
  { acr, amr, at }: Authentication,
  { requiredAcr, requiredAmr, maxAuthAge }: AccountRules,
  now: number,
): boolean {
  if (requiredAcr.length > 0 && (acr === undefined || !requiredAcr.includes(acr))) return false
  if (!requiredAmr.every((value) => amr.includes(value))) return false
  return maxAuthAge === undefined || now - at <= maxAuthAge + skew
}

/** RFC 8176 §2, but for `mfa`: whether it was that, `acrOf` says. */
const knownMethods: readonly string[] =
  'face fpt geo hwk iris kba mca otp pin pop pwd rba retina sc sms swk tel user vbm wia'.split(' ')

/** Seconds our word on when somebody signed in lags behind theirs at most: older than a step-up, younger than a session. */
const longestLag = 3600

/**
 * What a sign-in elsewhere proves here. It is as old as it was over there: a session that was left open there is no proof of
 * just now (Q64). How it was done is told on only where the connection may say so (Logto CVE-2026-15616).
 */
export function proofOf(
  account: Pick<Account, 'id' | 'endedAt'>,
  {
    connection,
    authentication,
    session,
    rules,
    now,
  }: {
    readonly connection: Pick<Connection, 'id'>
    readonly authentication: Authentication
    readonly session?: ForeignIdentity['session']
    readonly rules: AccountRules
    readonly now: number
  },
): Proof {
  const { acr, amr, until } = authentication
  const isTrusted = (value: string) => rules.multiFactorValues.includes(value)
  const isMultiFactor = amr.some(isTrusted) || (acr !== undefined && isTrusted(acr))
  const maySay = rules.multiFactorValues.length > 0
  const foreign = session?.hint !== undefined && {
    session: { hint: session.hint, index: session.index, at: authentication.at },
  }
  return {
    method: 'federated',
    accountId: account.id,
    amr: maySay ? knownMethods.filter((value) => amr.includes(value)) : [],
    at: provedAt(account, authentication.at, now),
    federated: { connectionId: connection.id, isMultiFactor, until, ...foreign },
  }
}

/**
 * What ended the account since then ended its sessions here, not theirs over there: they come back after it. SECURITY: no later
 * than just after it, though: for as long as they are signed in there, each return would be a proof of just now (Q64).
 */
function provedAt({ endedAt }: Pick<Account, 'endedAt'>, at: number, now: number): number {
  const bounded = Math.min(Math.max(at, now - longestLag), now)
  // the first second of which `isVoid` is not true
  return endedAt ? Math.max(bounded, Math.floor(endedAt.getTime() / 1000) + 1) : bounded
}
