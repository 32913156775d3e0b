/**
 * How long a sign-in lasts (Q63). The engine only slides a session; idle and absolute limits are decided here, from
 * what was proved and when.
 */
export type SessionLimits = {
  /** Seconds since the session was last used. */
  readonly idle: number
  /** Seconds since the person signed in; never extended. */
  readonly absolute: number
}

const hour = 3600
const day = 24 * hour

/** Authentication context classes, weakest first. */
export const acrPassword = 'urn:signet:acr:password'
export const acrMultiFactor = 'urn:signet:acr:mfa'
/** What this provider can prove today, and therefore advertises: a request for more is refused, never faked (Q49). */
export const attainableAcr: readonly string[] = [acrPassword]

const passwordLimits: SessionLimits = { idle: 24 * hour, absolute: 30 * day }
const multiFactorLimits: SessionLimits = { idle: 1 * hour, absolute: 24 * hour }
/** A session nobody signed in to: it only carries a flow in progress. */
const anonymousLimits: SessionLimits = { idle: hour / 2, absolute: hour / 2 }

/** Seconds a proof is fresh enough for what changes an account (Q64). */
export const stepUpLifetime = 300

/** True when this person proved who they are just now. Both in epoch seconds; a proof of the future is none. */
export function isSteppedUp(provedAt: number, now: number): boolean {
  return provedAt <= now && now - provedAt <= stepUpLifetime
}

export type SessionFacts = {
  readonly accountId?: string | undefined
  readonly acr?: string | undefined
  /** When the person signed in, epoch seconds. */
  readonly loginTs?: number | undefined
}

export function sessionLimits(session: SessionFacts): SessionLimits {
  if (session.accountId === undefined) return anonymousLimits
  return session.acr === acrMultiFactor ? multiFactorLimits : passwordLimits
}

/** Seconds this session may live on if used now, at least 1: the engine refuses zero (F6). */
export function remainingLifetime(session: SessionFacts, now: number): number {
  const { idle, absolute } = sessionLimits(session)
  const left = absolute - (now - (session.loginTs ?? now))
  return Math.max(1, Math.min(idle, left))
}

/** True when the absolute limit has passed, whatever its stored expiry says (F6). */
export function isOver(session: SessionFacts, now: number): boolean {
  if (session.accountId === undefined || session.loginTs === undefined) return false
  return now - session.loginTs >= sessionLimits(session).absolute
}
