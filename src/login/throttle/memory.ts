import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import { forgetAt, nextTryAt, scheduleOf, secondsUntil } from './schedule.ts'

type Row = { readonly tries: number; readonly nextTryAt: number; readonly expiresAt: number }

/** Tries counted in one process. */
export function createMemoryThrottle({ clock }: { readonly clock: Clock }): Throttle & {
  removeExpired(before: number, limit: number): Promise<number>
} {
  const rows = new Map<string, Row>()
  const name = (rule: ThrottleRule, tenantId: TenantId, subject: string) =>
    JSON.stringify([tenantId, rule.name, subject])

  return {
    async attempt(rule, tenantId, subject) {
      const now = clock.now()
      const key = name(rule, tenantId, subject)
      const row = rows.get(key)
      const known = row && row.expiresAt > now ? row : undefined
      if (known && now < known.nextTryAt) {
        return { allowed: false, retryAfter: secondsUntil(known.nextTryAt, now) }
      }
      const schedule = scheduleOf(rule)
      const tries = (known?.tries ?? 0) + 1
      const next = nextTryAt(schedule, tries, now)
      rows.set(key, { tries, nextTryAt: next, expiresAt: forgetAt(schedule, next, now) })
      return { allowed: true }
    },
    async forgive(rule, tenantId, subject) {
      const key = name(rule, tenantId, subject)
      const row = rows.get(key)
      if (row) rows.set(key, { ...row, tries: Math.max(0, row.tries - 1), nextTryAt: 0 })
    },
    async reset(rule, tenantId, subject) {
      rows.delete(name(rule, tenantId, subject))
    },
    async removeExpired(before, limit) {
      const expired = [...rows].filter(([, row]) => row.expiresAt < before * 1000)
      for (const [key] of expired.slice(0, limit)) rows.delete(key)
      return Math.min(expired.length, limit)
    },
  }
}
