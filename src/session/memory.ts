import type { SessionOwner, SessionRecord, SessionStore } from './session.ts'

export function createMemorySessionStore(): SessionStore {
  const rows = new Map<string, SessionRecord & { readonly endedAt?: Date }>()
  const signedIn = new Set<string>()
  const name = (...place: readonly string[]) => JSON.stringify(place)
  const owned = (owner: SessionOwner) =>
    [...rows.values()]
      .filter(({ tenantId, accountId }) => tenantId === owner.tenantId && accountId === owner.id)
      .toSorted((a, b) => b.provedAt.getTime() - a.provedAt.getTime())

  return {
    async put(record) {
      const key = name(record.tenantId, record.uid)
      const before = rows.get(key)
      const isTheirs = before?.accountId === record.accountId
      rows.set(key, isTheirs ? { ...before, ...record, openedAt: before.openedAt } : record)
    },
    list: async (owner, limit) =>
      owned(owner)
        .slice(0, limit)
        .map(({ endedAt: _begun, ...record }) => record),
    uidsOf: async (owner) => owned(owner).map(({ uid }) => uid),
    async beginEnd(owner, uid, at) {
      const row = owned(owner).find((one) => one.uid === uid)
      if (!row) return undefined
      if (row.endedAt) return 'again'
      rows.set(name(row.tenantId, uid), { ...row, endedAt: at })
      return 'begun'
    },
    async remove(tenantId, uids) {
      for (const uid of uids) rows.delete(name(tenantId, uid))
    },
    async removeOf(owner) {
      for (const { tenantId, uid } of owned(owner)) rows.delete(name(tenantId, uid))
    },
    async markFirstSignIn({ tenantId, id }) {
      const isFirst = !signedIn.has(name(tenantId, id))
      signedIn.add(name(tenantId, id))
      return isFirst
    },
    async removeExpired(before, limit) {
      const expired = [...rows].filter(([, { expiresAt }]) => expiresAt < before).slice(0, limit)
      for (const [key] of expired) rows.delete(key)
      return expired.length
    },
  }
}
