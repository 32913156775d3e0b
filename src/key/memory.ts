import type { KeyStore, StoredSigningKey } from './key.ts'

export function createMemoryKeyStore(): KeyStore {
  let keys: readonly StoredSigningKey[] = []
  const isTaken = (key: StoredSigningKey) =>
    keys.some(
      (other) =>
        other.tenantId === key.tenantId &&
        (other.kid === key.kid ||
          (other.alg === key.alg && other.state === key.state && key.state !== 'retired')),
    )

  return {
    list: async (tenantId) => keys.filter((key) => key.tenantId === tenantId),

    async insert(candidates) {
      let isFirst = true
      for (const key of candidates) {
        if (isTaken(key)) isFirst = false
        else keys = [...keys, key]
      }
      return isFirst
    },

    async rotate({ tenantId, alg, expectedNextKid, successor, at, retiredUntil }) {
      const isHere = (key: StoredSigningKey) => key.tenantId === tenantId && key.alg === alg
      const next = keys.find((key) => isHere(key) && key.state === 'next')
      if (next?.kid !== expectedNextKid) return false
      const moved = keys.map((key): StoredSigningKey => {
        if (key === next) return { ...key, state: 'current', changedAt: at }
        if (!isHere(key) || key.state !== 'current') return key
        return {
          ...key,
          state: 'retired',
          changedAt: at,
          expiresAt: retiredUntil,
          sealedPrivateJwk: '',
        }
      })
      keys = [...moved, successor]
      return true
    },

    async replaceAll(tenantId, fresh) {
      keys = [...keys.filter((key) => key.tenantId !== tenantId), ...fresh]
    },

    async removeExpired(at) {
      const before = keys.length
      keys = keys.filter((key) => key.expiresAt === undefined || key.expiresAt > at)
      return before - keys.length
    },
  }
}
