import type { Clock } from '#kit/clock.ts'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { EmailChange, EmailChangeStore } from './email-change.ts'

export function createMemoryEmailChangeStore({
  clock,
}: {
  readonly clock: Clock
}): EmailChangeStore {
  let changes: readonly EmailChange[] = []
  const living = (tenantId: TenantId) =>
    changes.filter((one) => one.tenantId === tenantId && one.endsAt.getTime() > clock.now())
  const listOf = (tenantId: TenantId, accountId: AccountId) =>
    living(tenantId)
      .filter((one) => one.accountId === accountId)
      .toSorted((a, b) => b.changedAt.getTime() - a.changedAt.getTime())

  return {
    async insert(change) {
      changes = [...changes, change]
    },
    find: async (tenantId, id) => living(tenantId).find((one) => one.id === id),
    list: async (tenantId, accountId) => listOf(tenantId, accountId),
    async use({ tenantId, accountId, id, changedAt }) {
      const used = listOf(tenantId, accountId).filter((one) => one.changedAt >= changedAt)
      changes = changes.filter((one) => !used.includes(one))
      return used.some((one) => one.id === id)
    },
    isKept: async (tenantId, emails, { except }) =>
      living(tenantId).some((one) => emails.includes(one.oldCanonical) && one.accountId !== except),
    async removeExpired(before, limit) {
      const over = changes.filter((one) => one.endsAt.getTime() < before * 1000).slice(0, limit)
      changes = changes.filter((one) => !over.includes(one))
      return over.length
    },
  }
}
