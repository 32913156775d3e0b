import type { Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import { nextTryAt, scheduleOf, secondsUntil } from './schedule.ts'

const nextTry = `
  CASE
    WHEN t.expires_at <= $4::bigint THEN $5::bigint
    WHEN t.tries + 1 < $7 THEN 0
    ELSE $4::bigint + ($8::bigint[])[LEAST(t.tries + 2 - $7, cardinality($8::bigint[]))]
  END`

// $4 now, $5 next try if this is the first one, $6 the end of the window, $7 free tries, $8 the waits, in milliseconds.
// The WHERE refuses: then nothing is written, however hard someone knocks.
const attempt: Statement = {
  name: 'throttle.attempt',
  text: `
    INSERT INTO throttles AS t (tenant_id, rule, subject, tries, next_try_at, expires_at)
    VALUES ($1, $2, $3, 1, $5::bigint, GREATEST($5::bigint, $6::bigint))
    ON CONFLICT (tenant_id, rule, subject) DO UPDATE SET
      tries = CASE WHEN t.expires_at <= $4::bigint THEN 1 ELSE LEAST(t.tries + 1, 1000000) END,
      next_try_at = ${nextTry},
      expires_at = GREATEST($6::bigint, ${nextTry})
    WHERE t.next_try_at <= $4::bigint OR t.expires_at <= $4`,
}

const look: Statement = {
  name: 'throttle.look',
  text: 'SELECT next_try_at FROM throttles WHERE tenant_id = $1 AND rule = $2 AND subject = $3',
}

// The try was allowed, so the wait before it was over: only its own is left to forgive.
const forgive: Statement = {
  name: 'throttle.forgive',
  text: `UPDATE throttles SET tries = GREATEST(tries - 1, 0), next_try_at = 0
    WHERE tenant_id = $1 AND rule = $2 AND subject = $3`,
}

const reset: Statement = {
  name: 'throttle.reset',
  text: 'DELETE FROM throttles WHERE tenant_id = $1 AND rule = $2 AND subject = $3',
}

const removeExpired = `
  DELETE FROM throttles WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM throttles WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED))`

/** Tries counted in Postgres, where no Redis is configured. Subjects are kept as SHA-256 only. */
export function createPostgresThrottle(deps: {
  readonly database: Database
  readonly clock: Clock
}): Throttle & { removeExpired(before: number, limit: number): Promise<number> } {
  const { database, clock } = deps
  const keyOf = (rule: ThrottleRule, tenantId: TenantId, subject: string) => [
    tenantId,
    rule.name,
    sha256(subject),
  ]
  const run = (statement: Statement, values: readonly unknown[]) =>
    database.statements.run<{ next_try_at: string }>(statement, values, 'relaxed')

  return {
    async attempt(rule, tenantId, subject) {
      const now = clock.now()
      const schedule = scheduleOf(rule)
      const key = keyOf(rule, tenantId, subject)
      const times = [now, nextTryAt(schedule, 1, now), now + schedule.window]
      const { rowCount } = await run(attempt, [...key, ...times, schedule.free, schedule.waits])
      if (rowCount === 1) return { allowed: true }
      // decided already; this only tells how long
      const { rows } = await run(look, key)
      return { allowed: false, retryAfter: secondsUntil(Number(rows[0]?.next_try_at ?? now), now) }
    },
    async forgive(rule, tenantId, subject) {
      await run(forgive, keyOf(rule, tenantId, subject))
    },
    async reset(rule, tenantId, subject) {
      await run(reset, keyOf(rule, tenantId, subject))
    },
    async removeExpired(before, limit) {
      const values = [before * 1000, limit]
      const { rowCount } = await database.knex.raw<{ rowCount: number }>(removeExpired, values)
      return rowCount
    },
  }
}
