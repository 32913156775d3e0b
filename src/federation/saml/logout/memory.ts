import type { SamlSession, SamlSessionStore } from './logout.ts'

/** For tests: what goes with other rows stays here. */
export function createMemorySamlSessionStore(): SamlSessionStore {
  const rows = new Map<string, SamlSession>()

  return {
    async insert(session) {
      rows.set(JSON.stringify(session), session)
    },

    async find({ tenantId, connectionId, nameKey, indexKeys }) {
      const found = [...rows.values()].filter(
        (row) =>
          row.tenantId === tenantId &&
          row.connectionId === connectionId &&
          row.nameKey === nameKey &&
          (indexKeys.length === 0 || indexKeys.includes(row.indexKey)),
      )
      const byUid = new Map(found.map((row) => [row.sessionUid, row]))
      return [...byUid.values()].map(({ sessionUid, accountId }) => ({ sessionUid, accountId }))
    },
  }
}
