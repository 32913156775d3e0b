import type { Clock } from '#kit/clock.ts'
import type { Ephemeral, EphemeralKey } from '../storage.ts'

/** Short-lived data of one process. */
export function createMemoryEphemeral({ clock }: { readonly clock: Clock }): Ephemeral & {
  removeExpired(before: number, limit: number): Promise<number>
} {
  const entries = new Map<string, { readonly value: string; readonly expiresAt: number }>()
  const name = (key: EphemeralKey) => JSON.stringify([key.tenantId, key.kind, key.id])

  function living(key: EphemeralKey) {
    const entry = entries.get(name(key))
    return entry && entry.expiresAt > clock.now() ? entry : undefined
  }

  function write(key: EphemeralKey, value: string, ttl: number): void {
    entries.set(name(key), { value, expiresAt: clock.now() + ttl * 1000 })
  }

  return {
    put: async (key, value, ttl) => write(key, value, ttl),
    async add(key, value, ttl) {
      if (living(key)) return false
      write(key, value, ttl)
      return true
    },
    get: async (key) => living(key)?.value,
    async take(key) {
      const entry = living(key)
      entries.delete(name(key))
      return entry?.value
    },
    async swap(key, expected, value) {
      const entry = living(key)
      if (entry?.value !== expected) return false
      entries.set(name(key), { value, expiresAt: entry.expiresAt })
      return true
    },
    async remove(key) {
      entries.delete(name(key))
    },
    async removeExpired(before, limit) {
      const expired = [...entries].filter(([, entry]) => entry.expiresAt < before * 1000)
      for (const [key] of expired.slice(0, limit)) entries.delete(key)
      return Math.min(expired.length, limit)
    },
  }
}
