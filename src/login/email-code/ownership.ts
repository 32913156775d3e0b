import { mayProve, type Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { MailboxOwnership, PriorCredential } from './email-code.ts'

export function createMailboxOwnership(deps: {
  readonly accounts: Pick<Accounts, 'hold'>
  readonly credentials: readonly PriorCredential[]
  readonly audit: Audit
  readonly clock: Clock
}): MailboxOwnership {
  const { accounts, credentials, audit, clock } = deps

  return {
    prove: (tenantId, accountId) =>
      accounts.hold(tenantId, accountId, async ({ account, within, save, end }) => {
        if (!mayProve(account)) return undefined
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
