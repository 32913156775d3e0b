import type { Knex } from 'knex'

/**
 * The storage room: connections, migrations, transactions, and two things small enough to be shared by every room,
 * the short-lived store (`Ephemeral`) and the hot path's named statements (`Statements`).
 */

/** A transaction handed from a service to the stores it calls. Memory stores ignore it. */
export type Transaction = Knex.Transaction

/** Runs `work` in one transaction: all of it is kept, or nothing. */
export type Transactor = {
  transaction<T>(work: (within: Transaction | undefined) => Promise<T>): Promise<T>
}

/** A prepared statement: the name is unique in the process and stands for exactly this text. */
export type Statement = { readonly name: string; readonly text: string }

/**
 * `durable`: answered after the WAL is flushed. `relaxed`: `synchronous_commit=off`; a power loss may undo the last
 * few milliseconds, but never in another order than written (`reference/storage.md` §2.2).
 */
export type Durability = 'durable' | 'relaxed'

export type StatementResult<Row> = { readonly rows: readonly Row[]; readonly rowCount: number }

/** The hot path: named statements, each its own implicit transaction. */
export type Statements<Way = Durability | 'alone'> = {
  /** `alone`: durable, and on a connection of its own, where what waits for another's lock holds nothing else up. */
  run<Row>(
    statement: Statement,
    values: readonly unknown[],
    way: Way,
  ): Promise<StatementResult<Row>>
}

/**
 * One Postgres, real or embedded: the same SQL, the same driver, the same migrations. Whatever way it is used, an outage
 * (connection lost, disk full, read-only, time is up) rejects with `Unavailable`; no caller looks at driver errors. Text
 * that holds NUL is refused by the server: ids are hashes, and everything else is checked before it comes here (F11).
 */
export type Database = Transactor & {
  readonly kind: 'postgres' | 'embedded'
  /** Migrations, administration and everything that is not on the engine's hot path. */
  readonly knex: Knex
  /** Gives `work` connections that may wait and run for long: migrations and maintenance. */
  withoutLimits<T>(work: (knex: Knex) => Promise<T>): Promise<T>
  readonly statements: Statements
  /** Resolves when the database answers within `timeout` ms; rejects with `Unavailable` otherwise. */
  ping(timeout: number): Promise<void>
  close(): Promise<void>
}

/**
 * Short-lived data, typed and named by (tenant, kind), so that one kind is never taken for another (CVE-2026-4282).
 * Every method is one atomic step of the store. A value past its expiry is never seen. What waits under a random token until
 * somebody shows it: `createTickets` in `tickets/`.
 */
export type Ephemeral = {
  /** Writes or overwrites. `ttl` in whole seconds, at least 1. */
  put(key: EphemeralKey, value: string, ttl: number): Promise<void>
  /** Writes only where nothing lives; true for exactly one of any number of concurrent callers. */
  add(key: EphemeralKey, value: string, ttl: number): Promise<boolean>
  get(key: EphemeralKey): Promise<string | undefined>
  /** Reads and removes; gives the value to exactly one of any number of concurrent callers. */
  take(key: EphemeralKey): Promise<string | undefined>
  /**
   * Replaces `expected` by `value` and keeps the expiry; false when something else, or nothing, lives there.
   * The building block of read-change-write without a lock.
   */
  swap(key: EphemeralKey, expected: string, value: string): Promise<boolean>
  remove(key: EphemeralKey): Promise<void>
}

export type EphemeralKey = {
  readonly tenantId: string
  /** Such as `progress`; a constant of the room that owns it. */
  readonly kind: string
  /** Hashed by the store when it is a secret: pass `sha256(secret)`. */
  readonly id: string
}
