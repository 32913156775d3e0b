import type { Clock } from '#kit/clock.ts'
import { Unavailable } from '#kit/errors.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { Counted, JointAnswer, Throttle } from '../login.ts'
import { nextTryAt, scheduleOf, secondsUntil, single } from './schedule.ts'

const key = '(t.tenant_id, t.rule, t.subject) = ($1, a.rule, a.subject)'

/** What is asked, with what stands of it. Row by row: no plan may go through all that a tenant has. */
const standing = (lock: string) => `
  SELECT a.*, t.tries, t.next_try_at, t.expires_at
  FROM json_to_recordset($2) AS a(
    n int, rule text, subject text, free int, waits bigint[], first bigint, forget bigint)
  LEFT JOIN LATERAL (
    SELECT tries, next_try_at, expires_at FROM throttles AS t WHERE ${key} LIMIT 1 ${lock}
  ) AS t ON true`

const refusing = `
  SELECT n, next_try_at FROM standing WHERE next_try_at > $3::bigint AND expires_at > $3
  ORDER BY n LIMIT 1`

/**
 * $2 in one order for everybody, so that nobody waits for who waits for them; $3 now, in milliseconds. A refusal changes
 * nothing, however hard someone knocks. A row that came after the others were locked makes all of it fail, on purpose:
 * then nothing was counted, and the next time it is seen.
 */
const attempt: Statement = {
  name: 'throttle.attempt',
  text: `
    WITH standing AS MATERIALIZED (${standing('FOR UPDATE')}),
    refusing AS MATERIALIZED (${refusing}),
    fresh AS (
      SELECT *, CASE WHEN expires_at > $3 THEN LEAST(tries, 999999) + 1 ELSE 1 END AS nth
      FROM standing WHERE NOT EXISTS (SELECT FROM refusing)
    ), dated AS (
      SELECT *, CASE
        WHEN nth = 1 THEN first
        WHEN nth < free THEN 0
        ELSE $3 + waits[LEAST(nth + 1 - free, cardinality(waits))]
      END AS next FROM fresh
    ), counted AS (
      INSERT INTO throttles AS t (tenant_id, rule, subject, tries, next_try_at, expires_at)
      SELECT $1, rule, subject, nth, next, GREATEST(next, forget) FROM dated
      ON CONFLICT (tenant_id, rule, subject) DO UPDATE SET
        tries = excluded.tries, next_try_at = excluded.next_try_at, expires_at = excluded.expires_at
      WHERE t.expires_at <= $3 OR LEAST(t.tries, 999999) + 1 = excluded.tries
      RETURNING 1
    )
    SELECT n, next_try_at FROM refusing
    UNION ALL
    SELECT NULL, 1 / (CASE WHEN (SELECT count(*) FROM counted) = json_array_length($2) THEN 1 ELSE 0 END)
    WHERE NOT EXISTS (SELECT FROM refusing)`,
}
const cameBetween = '22012' // division_by_zero

const look: Statement = {
  name: 'throttle.look',
  text: `WITH standing AS (${standing('')}) ${refusing}`,
}

/**
 * A try that is forgiven was allowed, so the wait before it was over: only its own is left. What is reset is forgotten at
 * once, and removed with what expired.
 */
const settle: Statement = {
  name: 'throttle.settle',
  text: `
    INSERT INTO throttles AS t (tenant_id, rule, subject, tries, next_try_at, expires_at)
    SELECT $1, a.rule, a.subject, 0, 0, CASE WHEN a.gone THEN 0 ELSE t.expires_at END
    FROM json_to_recordset($2) AS a(rule text, subject text, gone boolean)
    CROSS JOIN LATERAL (SELECT expires_at FROM throttles AS t WHERE ${key} LIMIT 1) AS t
    ON CONFLICT (tenant_id, rule, subject) DO UPDATE SET
      tries = CASE WHEN excluded.expires_at = 0 THEN 0 ELSE GREATEST(t.tries - 1, 0) END,
      next_try_at = 0,
      expires_at = CASE WHEN excluded.expires_at = 0 THEN 0 ELSE t.expires_at END`,
}

const removeExpired = `
  DELETE FROM throttles WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM throttles WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED))`

/** More than can begin to count one thing at once. */
const mostRaces = 20

/** Tries counted in Postgres, where no Redis is configured. Subjects are kept as SHA-256 only. */
export function createPostgresThrottle(deps: {
  readonly database: Database
  readonly clock: Clock
}): Throttle & { removeExpired(before: number, limit: number): Promise<number> } {
  const { database, clock } = deps
  const run = (statement: Statement, values: readonly unknown[]) =>
    database.statements.run<Row>(statement, values, 'relaxed')

  /** For `attempt` and `look`, which both give the first that refuses. */
  const ask =
    (statement: Statement) =>
    async (tenantId: TenantId, counts: readonly Counted[]): Promise<JointAnswer> => {
      const now = clock.now()
      const asked = counts.map((count, n) => toAsked(count, n, now)).toSorted(inOneOrder)
      const { rows } = await run(statement, [tenantId, JSON.stringify(asked), now])
      const [refused] = rows
      const by = typeof refused?.n === 'number' ? counts[refused.n] : undefined
      if (!by) return { allowed: true }
      return { allowed: false, by, retryAfter: secondsUntil(Number(refused?.next_try_at), now) }
    }
  const askOnce = ask(attempt)

  async function attemptAll(tenantId: TenantId, counts: readonly Counted[]): Promise<JointAnswer> {
    for (let race = 0; race < mostRaces; race += 1) {
      try {
        return await askOnce(tenantId, counts)
      } catch (error) {
        if (!hasCode(error, cameBetween)) throw error
      }
    }
    throw new Unavailable('throttle')
  }

  return {
    attemptAll,
    attempt: single(attemptAll),
    look: single(ask(look)),

    async settle(tenantId, { forgive = [], reset = [] }) {
      const gone = reset.map((counted) => ({ ...keyOf(counted), gone: true }))
      const settled = [...forgive.map(keyOf), ...gone].toSorted(inOneOrder)
      await run(settle, [tenantId, JSON.stringify(settled)])
    },

    async removeExpired(before, limit) {
      const values = [before * 1000, limit]
      const { rowCount } = await database.knex.raw<{ rowCount: number }>(removeExpired, values)
      return rowCount
    },
  }
}

/** `n`: which of those asked refuses; none where all were counted. */
type Row = { readonly n: number | null; readonly next_try_at: string | null }

type Key = { readonly rule: string; readonly subject: string }

const keyOf = ({ rule, subject }: Counted): Key => ({ rule: rule.name, subject: sha256(subject) })

const inOneOrder = (a: Key, b: Key) =>
  `${a.rule} ${a.subject}` < `${b.rule} ${b.subject}` ? -1 : 1

/** `first`: the next try if this is the first one. */
function toAsked(counted: Counted, n: number, now: number) {
  const schedule = scheduleOf(counted.rule)
  const { free, waits, window } = schedule
  const times = { first: nextTryAt(schedule, 1, now), forget: now + window }
  return { n, ...keyOf(counted), free, waits, ...times }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
