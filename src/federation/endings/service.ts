import type { Sessions } from '#session/session.ts'
import type { Enforcement } from '../federation.ts'
import type { SuspectSession, SuspectSessions } from './endings.ts'

/** Sessions that are looked at in one go. */
const batch = 200

/**
 * Ends what was signed in before a domain had to sign in elsewhere, as any session is ended: with its refresh tokens, told to the
 * applications, in the audit. Gives how many. It opens nothing from the moment the domain is enforced (`Enforcement`); a serving
 * process calls this five minutes after the last run ended, so within that, and the time of one run, it is gone and everybody
 * told. Who came by another connection is refused when they come back, and a broken glass stands.
 */
export function createEnforcedEndings(deps: {
  readonly suspects: SuspectSessions
  readonly enforcement: Pick<Enforcement, 'instead'>
  readonly sessions: Pick<Sessions, 'end'>
}): () => Promise<number> {
  const { suspects, enforcement, sessions } = deps

  async function end(suspect: SuspectSession): Promise<number> {
    const { uid, account, acr, amr } = suspect
    if (!(await enforcement.instead(account, { acr, amr, via: undefined }))) return 0
    // whoever was sent elsewhere may be back while the batch is worked off, in the very same session
    if (!(await suspects.isStill(suspect))) return 0
    const { tenantId, id } = account
    const ended = await sessions.end({ tenantId, id }, uid, { actor: { kind: 'system' } })
    return ended === 'ended' ? 1 : 0
  }

  return async () => {
    const failures: unknown[] = []
    let count = 0
    let after: SuspectSession | undefined
    for (;;) {
      const found = await suspects.list(after, batch)
      for (const one of found) {
        // one that cannot be ended now keeps none of the others
        count += await end(one).catch((error: unknown) => failures.push(error) && 0)
      }
      after = found.at(-1)
      if (found.length < batch) break
    }
    if (failures.length > 0) throw new AggregateError(failures, 'sessions were not ended')
    return count
  }
}
