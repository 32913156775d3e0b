import { isVoid, mayProve, type Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import type { MailboxOwnership, PriorCredential } from './email-code.ts'

export function createMailboxOwnership(deps: {
  readonly accounts: Pick<Accounts, 'hold'>
  readonly credentials: readonly PriorCredential[]
  readonly audit: Audit
  readonly clock: Clock
}): MailboxOwnership {
  const { accounts, credentials, audit, clock } = deps

  return {
    prove: (tenantId, accountId, { email, issuedAt }) =>
      accounts.hold(tenantId, accountId, async ({ account, within, save, end }) => {
        // SECURITY: asked again on the locked account: a reset that wins in between must not lose to an older code.
        if (!mayProve(account) || isVoid(account, issuedAt)) return undefined
        if (account.emailCanonical !== canonicalEmail(email)) return undefined
        const now = epochSeconds(clock)
        if (account.emailVerified) return { at: now }
        const actor = { kind: 'account', id: accountId } as const
        for (const credential of credentials) await credential.remove(account, actor, within)
        await end(actor)
        await save({ emailVerified: true })
        const event = { tenantId, accountId, actor, outcome: 'success' } as const
        await audit.append({ ...event, type: 'account.email_verified' }, within)
        return { at: now + 1 } // of this very second everything is void: see `isVoid`
      }),
  }
}
