import knex, { type Knex } from 'knex'
import type { Pool } from 'pg'
import type { Logger } from '#telemetry/telemetry.ts'
import { asUnavailable, isReadTimeout } from './outage.ts'

/** A connection knex took from the pool, as far as we touch it. */
type TakenConnection = { end(): Promise<void> }

// knex chooses its dialect by name; its class is not exported
const PostgresDialect = knex({ client: 'pg' }).client.constructor as typeof Knex.Client

/** Every query of every builder and transaction passes here, so no user of knex needs to know what an outage looks like. */
class GuardedDialect extends PostgresDialect {
  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection()
    } catch (error) {
      throw asUnavailable(error) ?? error
    }
  }

  override async query(connection: TakenConnection, query: unknown): Promise<unknown> {
    try {
      return await super.query(connection, query)
    } catch (error) {
      // The server still works on it: in the pool again, this connection would hand an open transaction to a stranger.
      if (isReadTimeout(error)) connection.end().catch(() => undefined)
      throw asUnavailable(error) ?? error
    }
  }
}

/** knex over a pool of ours. An outage rejects with `Unavailable`; errors carry the SQL, never the bound values. */
export function createGuardedKnex(pool: Pool, logger?: Logger): Knex {
  const warn = (text: unknown) => logger?.warn('knex warns', { detail: String(text) })
  return knex({
    client: GuardedDialect,
    connectionPool: pool,
    compileSqlOnError: false,
    log: { warn, error: warn, deprecate: warn, debug: () => undefined },
  })
}
