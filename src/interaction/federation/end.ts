import type { Account } from '#account/account.ts'
import type { Enforcement, Identities } from '#federation/federation.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { Proof, Requester } from '#login/login.ts'
import { signInOf } from '../proofs.ts'
import type { Visit } from '../visit.ts'
import type { TellOfGlass } from './glass.ts'

export type ElsewhereEndDeps = {
  readonly enforcement: Pick<Enforcement, 'stands'>
  readonly identities: Pick<Identities, 'linkWaiting'>
  readonly tellOfGlass: TellOfGlass
}

/** What the end of a sign-in has to do with whoever else signs people in. */
export type ElsewhereEnd = {
  /**
   * Nobody is let in past a domain that is enforced, whatever the pages asked, nor by a connection that was disabled on the way.
   * Tells of an owner who broke the glass.
   */
  mayEnd(account: Account, proofs: readonly Proof[], requester: Requester): Promise<boolean>
  /** Links what waits, now that both sides are proved. Too late for it is no reason to refuse the sign-in. */
  link(visit: Visit, account: Account, requester: Requester): Promise<void>
}

export function createElsewhereEnd(deps: ElsewhereEndDeps): ElsewhereEnd {
  return {
    async mayEnd(account, proofs, requester) {
      if (!(await deps.enforcement.stands(account, signInOf(proofs)))) return false
      await deps.tellOfGlass(account, proofs, requester)
      return true
    },

    async link({ details, progress }, { id: accountId, emailCanonical }, requester) {
      const { linking } = progress
      // SECURITY: only to the account that was named: another one that was signed in to meanwhile is not meant
      if (!linking || canonicalEmail(linking.email) !== emailCanonical) return
      const { ip, userAgent, requestId } = requester
      const { tenant } = details
      const { handle } = linking
      const by = { ip, userAgent, requestId }
      await deps.identities.linkWaiting({ tenant, handle, accountId, requester: by })
    },
  }
}
