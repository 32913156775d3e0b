import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Pool, type ClientConfig, type PoolClient } from 'pg'
import type { Logger } from '#telemetry/telemetry.ts'
import { createGuardedKnex } from './guarded-knex.ts'
import { LeanClient } from './lean-client.ts'
import { DataFolderRefused, lockDataFolder } from './lock.ts'
import { answersWithin } from './ping.ts'
import { createPooledStatements } from './pooled.ts'
import type { Database, Statement } from './storage.ts'
import { unpack } from './template/archive.ts'

const template = new URL('./template/pgdata-18.tar.gz', import.meta.url)
const version = '18'
const maintenanceInterval = 5 * 60_000

/**
 * Postgres inside this process (PGlite), in `dataDir` or, without one, in memory. One connection, which statements and
 * knex share: inside a transaction use only that transaction, everything else waits for its end (and fails after 5 s).
 * It survives a crash of the process, not of the machine: for development and small trials.
 */
export async function createEmbeddedDatabase(options: {
  readonly dataDir: string | undefined
  readonly logger?: Logger | undefined
}): Promise<Database> {
  const { dataDir, logger } = options
  if (dataDir === undefined) return assemble(await openInMemory(), logger)
  const unlock = lockDataFolder(dataDir)
  try {
    return assemble(await openFolder(join(dataDir, 'postgres')), logger, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function assemble(pglite: PGlite, logger: Logger | undefined, unlock?: () => void): Database {
  const pool = createPool(pglite)
  const knex = createGuardedKnex(pool, logger)
  const statements = createPooledStatements(pool)
  const maintenance = setInterval(() => {
    maintain(pool).catch((error: unknown) => {
      logger?.warn('maintenance of the embedded database failed', { err: error })
    })
  }, maintenanceInterval).unref()

  return {
    kind: 'embedded',
    knex,
    statements,
    transaction: (work) => knex.transaction(work),
    ping: (timeout) => answersWithin(statements.run(ping, [], 'relaxed'), timeout),
    withoutLimits: (work) => work(knex),
    async close() {
      clearInterval(maintenance)
      await pool.end()
      await knex.destroy()
      await pglite.close()
      unlock?.()
    },
  }
}

const ping: Statement = { name: 'storage.ping', text: 'SELECT 1' }

/**
 * The driver of a real Postgres over PGlite's one session. A client that left the pool badly may leave its transaction
 * open behind it, so the next one waits until the last message of its predecessor is through, and starts clean.
 */
function createPool(pglite: PGlite): Pool {
  class EmbeddedClient extends LeanClient {
    constructor(config?: ClientConfig) {
      // One connection object each: an ended one still tells its listeners about its end. (Missing in the types.)
      super({ ...config, connection: createPgConfig(pglite).connection } as ClientConfig)
    }
  }
  let drained: Promise<void> = Promise.resolve()
  const pool = new Pool({
    Client: EmbeddedClient,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 5000,
    verify: (client, done) => void startClean(drained, client, done),
  })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('release', (error: Error | boolean | undefined) => {
    if (error) drained = new Promise((resolve) => pool.once('remove', () => resolve()))
  })
  return pool
}

async function startClean(
  drained: Promise<void>,
  client: PoolClient,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    await drained
    await client.query('ROLLBACK')
    await client.query('DISCARD ALL')
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)))
  }
  done()
}

/** PGlite has no autovacuum. Twenty milliseconds. */
async function maintain(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('VACUUM')
    await client.query('CHECKPOINT')
  } finally {
    client.release()
  }
}

function openInMemory(): Promise<PGlite> {
  const archive = new Blob([readFileSync(template)], { type: 'application/gzip' })
  return PGlite.create({ loadDataDir: archive })
}

async function openFolder(folder: string): Promise<PGlite> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}.new`
    rmSync(unfinished, { recursive: true, force: true })
    unpack(readFileSync(template), unfinished)
    renameSync(unfinished, folder) // whole or not at all, whenever this process is killed
  }
  refuseOtherVersion(folder)
  try {
    return await PGlite.create({ dataDir: folder })
  } catch (error) {
    throw new DataFolderRefused(
      `The embedded database in ${folder} does not open. Restore a copy of the folder, or move it away to start ` +
        'with an empty one.',
      { cause: error },
    )
  }
}

function refuseOtherVersion(folder: string): void {
  const file = join(folder, 'PG_VERSION')
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'none'
  if (found === version) return
  throw new DataFolderRefused(
    `The embedded database in ${folder} has format ${found}; this release reads format ${version}. Export its ` +
      'data with the release that wrote it (`signet export`), or move the folder away to start with an empty one.',
  )
}
