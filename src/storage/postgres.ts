import { Pool, type PoolConfig } from 'pg'
import type { Knex } from 'knex'
import type { StorageConfig } from '#config/config.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { createGuardedKnex } from './guarded-knex.ts'
import { LeanClient } from './lean-client.ts'
import { createPipeline } from './pipeline.ts'
import { answersWithin } from './ping.ts'
import { createPooledStatements } from './pooled.ts'
import type { Database, Statement } from './storage.ts'

const ping: Statement = { name: 'storage.ping', text: 'SELECT 1' }

// `query_timeout` is for a server that says nothing at all; it ends the connection (guarded-knex.ts). A caller learns of
// it within five seconds, whatever else it waited for before.
const limits: PoolConfig = {
  connectionTimeoutMillis: 1500,
  statement_timeout: 2000,
  query_timeout: 2200,
  idle_in_transaction_session_timeout: 10_000,
  keepAlive: true,
  application_name: 'signet',
}

// A migration may run for long, but waits for a lock only shortly: behind it every other query would queue.
const unlimited: PoolConfig = {
  connectionTimeoutMillis: 3000,
  lock_timeout: 2000,
  keepAlive: true,
  application_name: 'signet migrations',
}

/** A real Postgres, 14 or newer. Connects when it is first asked, and again whenever a connection was lost. */
export function createPostgresDatabase(options: {
  readonly url: string
  readonly pool: StorageConfig['pool']
  readonly logger?: Logger | undefined
}): Database {
  const { url, pool: sizes, logger } = options
  const pool = createPool({ connectionString: url, max: sizes.max, ...limits }, logger)
  const knex = createGuardedKnex(pool, logger)
  const pipeline = createPipeline({ url, ...sizes, logger })
  const pooled = createPooledStatements(pool)

  return {
    kind: 'postgres',
    knex,
    statements: {
      run: (statement, values, way) =>
        way === 'alone' ? pooled.run(statement, values, way) : pipeline.run(statement, values, way),
    },
    transaction: (work) => knex.transaction(work),
    ping: (timeout) => answersWithin(pipeline.run(ping, [], 'relaxed'), timeout),
    async withoutLimits(work) {
      const patient = createPool({ connectionString: url, max: 2, ...unlimited }, logger)
      try {
        return await work(createGuardedKnex(patient, logger))
      } finally {
        await patient.end()
      }
    },
    close: () => close(pipeline.close(), pool, knex),
  }
}

function createPool(config: PoolConfig, logger: Logger | undefined): Pool {
  const pool = new Pool({ ...config, Client: LeanClient })
  const report = (error: Error) => logger?.warn('a database connection was lost', { err: error })
  pool.on('error', report)
  // The pool's own listener is off while a connection is in use; without one Node would exit (node-postgres #3202).
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

async function close(pipelineClosed: Promise<void>, pool: Pool, knex: Knex): Promise<void> {
  await pipelineClosed
  await pool.end()
  await knex.destroy()
}
