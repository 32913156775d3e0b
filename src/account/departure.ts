import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Transactor } from '#storage/storage.ts'
import { departureTime } from './account.ts'
import type {
  Account,
  AccountArtifactEnder,
  Accounts,
  AccountStore,
  Departures,
  LeavingNotice,
} from './account.ts'

export type DepartureDeps = {
  readonly store: AccountStore
  readonly accounts: Pick<Accounts, 'hold'>
  readonly audit: Pick<Audit, 'append' | 'forget'>
  readonly ender: AccountArtifactEnder
  readonly transactor: Transactor
  readonly clock: Clock
  /**
   * What tells a person of this tenant when it will be, and how to take it back. Asked for before the transaction: who
   * waits for another connection in one may wait for themselves.
   */
  readonly noticeFor: (tenantId: TenantId) => Promise<LeavingNotice>
}

export function createDepartures(deps: DepartureDeps): Departures {
  const { store, accounts, audit, transactor, clock } = deps

  /** False when the person came back, or another process was first. */
  function erase({ tenantId, id }: Account, at: Date): Promise<boolean> {
    return transactor.transaction(async (within) => {
      const account = await store.find(tenantId, id, within)
      if (account?.leavesAt === undefined || account.leavesAt > at) return false
      await store.remove(tenantId, id, within)
      await audit.forget(tenantId, id, within)
      const actor = { kind: 'system' } as const
      await audit.append({ tenantId, type: 'account.erased', outcome: 'success', actor }, within)
      return true
    })
  }

  return {
    async leave(tenantId, id, by) {
      const tell = await deps.noticeFor(tenantId)
      return accounts.hold(tenantId, id, async ({ account, within, save, end }) => {
        if (account.status !== 'active') return undefined
        const leavesAt = new Date(clock.now() + departureTime * 1000)
        await end(by.actor)
        await save({ status: 'leaving', leavesAt })
        const event = { ...by, tenantId, accountId: id, outcome: 'success' } as const
        await audit.append({ ...event, type: 'account.leaving' }, within)
        await tell(account, leavesAt, within)
        return leavesAt
      })
    },

    async stay(tenantId, id, by) {
      const isBack = await accounts.hold(tenantId, id, async ({ account, within, save }) => {
        const { status, leavesAt } = account
        if (status !== 'leaving' || !leavesAt || leavesAt.getTime() <= clock.now()) return false
        await save({ status: 'active', leavesAt: undefined })
        const event = { ...by, tenantId, accountId: id, outcome: 'success' } as const
        await audit.append({ ...event, type: 'account.staying' }, within)
        return true
      })
      return isBack ?? false
    },

    async eraseLeft(before, limit) {
      const at = new Date(before * 1000)
      let erased = 0
      for (const account of await store.listLeft(at, limit)) {
        // first what hangs on it: without the account nobody would look for it again
        await deps.ender.endAccount(account.tenantId, account.id)
        if (await erase(account, at)) erased += 1
      }
      return erased
    },
  }
}
