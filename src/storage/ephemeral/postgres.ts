import type { Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { Database, Ephemeral, EphemeralKey, Statement } from '../storage.ts'

const living = 'tenant_id = $1 AND kind = $2 AND id = $3 AND expires_at > $4'
const upsert = `
  INSERT INTO ephemeral AS e (tenant_id, kind, id, value, expires_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (tenant_id, kind, id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`

const statements = {
  put: { name: 'ephemeral.put', text: upsert },
  add: { name: 'ephemeral.add', text: `${upsert} WHERE e.expires_at <= $6` },
  get: { name: 'ephemeral.get', text: `SELECT value FROM ephemeral WHERE ${living}` },
  take: { name: 'ephemeral.take', text: `DELETE FROM ephemeral WHERE ${living} RETURNING value` },
  swap: {
    name: 'ephemeral.swap',
    text: `UPDATE ephemeral SET value = $6 WHERE ${living} AND value = $5`,
  },
  remove: {
    name: 'ephemeral.remove',
    text: 'DELETE FROM ephemeral WHERE tenant_id = $1 AND kind = $2 AND id = $3',
  },
} satisfies Record<string, Statement>

// The rows are locked before they go, so a value written anew meanwhile stays.
const removeExpired = `
  DELETE FROM ephemeral WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ephemeral WHERE expires_at < to_timestamp(?) LIMIT ? FOR UPDATE SKIP LOCKED))`

/** Short-lived data in Postgres, where no Redis is configured. Ids are kept as SHA-256 only. */
export function createPostgresEphemeral(deps: {
  readonly database: Database
  readonly clock: Clock
}): Ephemeral & { removeExpired(before: number, limit: number): Promise<number> } {
  const { database, clock } = deps
  const row = (key: EphemeralKey) => [key.tenantId, key.kind, sha256(key.id)]
  const at = (seconds = 0) => new Date(clock.now() + seconds * 1000).toISOString()
  const run = (statement: Statement, values: readonly unknown[]) =>
    database.statements.run<{ value: string }>(statement, values, 'relaxed')

  return {
    async put(key, value, ttl) {
      await run(statements.put, [...row(key), value, at(ttl)])
    },
    async add(key, value, ttl) {
      const { rowCount } = await run(statements.add, [...row(key), value, at(ttl), at()])
      return rowCount === 1
    },
    async get(key) {
      const { rows } = await run(statements.get, [...row(key), at()])
      return rows[0]?.value
    },
    async take(key) {
      const { rows } = await run(statements.take, [...row(key), at()])
      return rows[0]?.value
    },
    async swap(key, expected, value) {
      const { rowCount } = await run(statements.swap, [...row(key), at(), expected, value])
      return rowCount === 1
    },
    async remove(key) {
      await run(statements.remove, row(key))
    },
    async removeExpired(before, limit) {
      const { rowCount } = await database.knex.raw<{ rowCount: number }>(removeExpired, [
        before,
        limit,
      ])
      return rowCount
    },
  }
}
