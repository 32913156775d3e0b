import type { Clock } from '#kit/clock.ts'
import type { SessionOwner } from '#session/session.ts'
import { habitLifetime, type Habits, type HabitStore } from './risk.ts'

export function createMemoryHabitStore({ clock }: { readonly clock: Clock }): HabitStore {
  const rows = new Map<string, { readonly habits: Habits; readonly expiresAt: number }>()
  const name = ({ tenantId, id }: SessionOwner) => JSON.stringify([tenantId, id])

  function find(owner: SessionOwner): Habits | undefined {
    const row = rows.get(name(owner))
    return row && row.expiresAt > clock.now() ? row.habits : undefined
  }

  return {
    find: async (owner) => find(owner),
    async change(owner, change) {
      const expiresAt = clock.now() + habitLifetime * 1000
      rows.set(name(owner), { habits: change(find(owner)), expiresAt })
    },
    async remove(owner) {
      rows.delete(name(owner))
    },
    async removeExpired(before, limit) {
      const over = [...rows].filter(([, { expiresAt }]) => expiresAt < before * 1000)
      for (const [key] of over.slice(0, limit)) rows.delete(key)
      return Math.min(over.length, limit)
    },
  }
}
