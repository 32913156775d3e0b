import { refuse } from './reasons.ts'
import type { ClaimAssertion, SamlAssertion, UnclaimedAssertion } from './vocabulary.ts'

/** As it waits for its browser. Its issuer was compared with the peer's, and is again: it may have lain in a store. */
type Kept = Omit<SamlAssertion, 'attributes' | 'authnInstant' | 'sessionNotOnOrAfter'> & {
  readonly attributes: readonly (readonly [string, readonly string[]])[]
  readonly authnInstant: number
  readonly sessionNotOnOrAfter?: number | undefined
}

export function keepUnclaimed(assertion: SamlAssertion): UnclaimedAssertion {
  const kept: Kept = {
    ...assertion,
    attributes: [...assertion.attributes],
    authnInstant: assertion.authnInstant.getTime(),
    sessionNotOnOrAfter: assertion.sessionNotOnOrAfter?.getTime(),
  }
  return JSON.stringify(kept) as UnclaimedAssertion
}

/**
 * Check 15. SECURITY: an assertion is true for whoever holds it, so that this browser must have asked for it; one that nobody
 * asked for signs people in as somebody else (login CSRF), wherever that is not wanted.
 */
export const claimAssertion: ClaimAssertion = (unclaimed, expected, peer) => {
  const kept = JSON.parse(unclaimed) as Kept
  const { inResponseTo, issuer } = kept
  if (issuer !== peer.entityId) return refuse('assertion_issuer', issuer)
  if (expected === 'unsolicited') {
    if (inResponseTo !== undefined) return refuse('not_requested', `${inResponseTo} is not ours`)
    if (!peer.allowsUnsolicited) return refuse('unsolicited', 'not allowed')
  } else if (inResponseTo !== expected.requestId)
    return refuse('not_requested', `${inResponseTo} instead of ${expected.requestId}`)
  return { kind: 'claimed', assertion: revive(kept) }
}

function revive({ attributes, authnInstant, sessionNotOnOrAfter, ...rest }: Kept): SamlAssertion {
  return {
    ...rest,
    inResponseTo: rest.inResponseTo,
    sessionIndex: rest.sessionIndex,
    authnContextClassRef: rest.authnContextClassRef,
    attributes: new Map(attributes),
    authnInstant: new Date(authnInstant),
    sessionNotOnOrAfter:
      sessionNotOnOrAfter === undefined ? undefined : new Date(sessionNotOnOrAfter),
  }
}
