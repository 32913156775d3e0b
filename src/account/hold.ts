import type { Audit } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Account, Accounts, AccountStore, HeldAccount } from './account.ts'

export type HoldDeps = {
  readonly store: AccountStore
  readonly clock: Clock
  readonly audit: Audit
  readonly transactor: Transactor
}

/** What a hold did to its account; known once its transaction is over. */
type Held<T> = { readonly result: T; readonly isEnded: boolean }

/** `Accounts.hold`. `settle` is called after the transaction: with true when everything of the account must end. */
export function createHold(
  deps: HoldDeps,
  settle: (account: Account, isEnded: boolean) => Promise<void>,
): Accounts['hold'] {
  const { store, clock, audit, transactor } = deps

  return async (tenantId, id, work) => {
    let held: Account | undefined
    const done = await transactor.transaction(async (within) => {
      held = await store.find(tenantId, id, within)
      return held && run(held, within, work)
    })
    if (!held || !done) return undefined
    await settle(held, done.isEnded)
    return done.result
  }

  async function run<T>(
    found: Account,
    within: HeldAccount['within'],
    work: (held: HeldAccount) => Promise<T>,
  ): Promise<Held<T>> {
    let current = found
    let isEnded = false

    async function update(change: Partial<Account>): Promise<boolean> {
      const next = { ...current, ...change, updatedAt: new Date(clock.now()) }
      const isSaved = await store.update(next, within)
      if (isSaved) current = next
      return isSaved
    }

    const result = await work({
      account: found,
      within,
      save: update,
      async end(actor) {
        isEnded = await update({ endedAt: new Date(clock.now()) })
        const facts = { tenantId: found.tenantId, accountId: found.id, actor }
        const event = { ...facts, type: 'account.sessions_ended', outcome: 'success' } as const
        await audit.append(event, within)
      },
    })
    return { result, isEnded }
  }
}
