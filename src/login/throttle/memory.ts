import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Counted, Throttle } from '../login.ts'
import { forgetAt, nextTryAt, scheduleOf, secondsUntil, single } from './schedule.ts'

type Row = { readonly tries: number; readonly nextTryAt: number; readonly expiresAt: number }

/** Tries counted in one process. */
export function createMemoryThrottle({ clock }: { readonly clock: Clock }): Throttle & {
  removeExpired(before: number, limit: number): Promise<number>
} {
  const rows = new Map<string, Row>()
  const name = (tenantId: TenantId, { rule, subject }: Counted) =>
    JSON.stringify([tenantId, rule.name, subject])

  function refusal(tenantId: TenantId, by: Counted, now: number) {
    const row = rows.get(name(tenantId, by))
    if (!row || row.expiresAt <= now || row.nextTryAt <= now) return undefined
    return { allowed: false, by, retryAfter: secondsUntil(row.nextTryAt, now) } as const
  }

  function count(tenantId: TenantId, counted: Counted, now: number): void {
    const key = name(tenantId, counted)
    const row = rows.get(key)
    const schedule = scheduleOf(counted.rule)
    const tries = (row && row.expiresAt > now ? row.tries : 0) + 1
    const next = nextTryAt(schedule, tries, now)
    rows.set(key, { tries, nextTryAt: next, expiresAt: forgetAt(schedule, next, now) })
  }

  async function attemptAll(tenantId: TenantId, counts: readonly Counted[]) {
    const now = clock.now()
    for (const counted of counts) {
      const refused = refusal(tenantId, counted, now)
      if (refused) return refused
    }
    for (const counted of counts) count(tenantId, counted, now)
    return { allowed: true } as const
  }

  return {
    attemptAll,
    attempt: single(attemptAll),
    look: single(
      async (tenantId, [counted]) => refusal(tenantId, counted, clock.now()) ?? { allowed: true },
    ),
    async settle(tenantId, { forgive = [], reset = [] }) {
      for (const counted of forgive) {
        const key = name(tenantId, counted)
        const row = rows.get(key)
        if (row) rows.set(key, { ...row, tries: Math.max(0, row.tries - 1), nextTryAt: 0 })
      }
      for (const counted of reset) rows.delete(name(tenantId, counted))
    },
    async removeExpired(before, limit) {
      const expired = [...rows].filter(([, row]) => row.expiresAt < before * 1000)
      for (const [key] of expired.slice(0, limit)) rows.delete(key)
      return Math.min(expired.length, limit)
    },
  }
}
