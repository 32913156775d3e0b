import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { FactorNotices } from '../factor-notice/factor-notice.ts'
import type { FactorKind, FactorResets, RemoveFactor } from './factor-reset.ts'

export type FactorResetDeps = {
  readonly accounts: Pick<Accounts, 'hold'>
  readonly remove: Readonly<Record<FactorKind, RemoveFactor>>
  readonly notices: FactorNotices
  readonly audit: Pick<Audit, 'append'>
}

export function createFactorResets(deps: FactorResetDeps): FactorResets {
  const { accounts, remove, notices, audit } = deps
  const news = { kind: 'factors_reset' } as const

  return {
    reset: ({ tenant, accountId, actor }) =>
      accounts.hold(tenant.id, accountId, async ({ account, within, end }) => {
        const removed = {
          totp: await remove.totp(account, actor, within),
          recoveryCodes: await remove.recoveryCodes(account, actor, within),
          passkeys: await remove.passkeys(account, actor, within),
          trustedDevices: await remove.trustedDevices(account, actor, within),
        }
        const event = { tenantId: tenant.id, accountId, actor, type: 'factor.all_reset' } as const
        await audit.append({ ...event, outcome: 'success', detail: removed }, within)
        await notices.tell({ tenant, account, news, ip: undefined }, within)
        await end(actor)
        return removed
      }),
  }
}
