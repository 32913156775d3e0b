import type { Account, AccountStore } from './account.ts'

export function createMemoryAccountStore(): AccountStore {
  const accounts = new Map<string, Account>()
  const keyOf = (tenantId: string, id: string) => JSON.stringify([tenantId, id])

  function withEmail(tenantId: string, emailCanonical: string): Account | undefined {
    return [...accounts.values()].find(
      (account) => account.tenantId === tenantId && account.emailCanonical === emailCanonical,
    )
  }

  return {
    async find(tenantId, id) {
      return accounts.get(keyOf(tenantId, id))
    },

    async findByEmail(tenantId, emailCanonical) {
      return withEmail(tenantId, emailCanonical)
    },

    async list(tenantId) {
      return [...accounts.values()]
        .filter((account) => account.tenantId === tenantId)
        .sort((a, b) => (a.emailCanonical < b.emailCanonical ? -1 : 1))
    },

    async listWithRole(tenantId, roles, limit) {
      return [...accounts.values()]
        .filter((account) => account.tenantId === tenantId && account.status === 'active')
        .filter((account) => account.roles.some((role) => roles.includes(role)))
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
        .slice(0, limit)
    },

    async insert(account) {
      if (withEmail(account.tenantId, account.emailCanonical)) return false
      accounts.set(keyOf(account.tenantId, account.id), account)
      return true
    },

    async update(account) {
      const known = accounts.get(keyOf(account.tenantId, account.id))
      const holder = withEmail(account.tenantId, account.emailCanonical)
      if (!known || (holder && holder.id !== account.id)) return false
      accounts.set(keyOf(account.tenantId, account.id), { ...account, createdAt: known.createdAt })
      return true
    },

    async listLeft(at, limit) {
      const left = [...accounts.values()].filter(({ leavesAt }) => leavesAt && leavesAt <= at)
      return left.slice(0, limit)
    },

    async remove(tenantId, id) {
      accounts.delete(keyOf(tenantId, id))
    },
  }
}
