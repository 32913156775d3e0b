import type { Knex } from 'knex'
import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { sqlState } from './outage.ts'
import type { Database } from './storage.ts'

const folder = new URL('../../migrations/', import.meta.url)

/** The same number in every release, so that old and new processes exclude each other. */
const advisoryLock = 5_346_974_221

const lockTries = 5

/**
 * Applies what is missing, oldest first, each migration in a transaction of its own; the names of those applied.
 * Processes that start together take turns. A migration this release does not know is left alone: it belongs to a newer
 * one, which never removes what this one needs (expand, then contract).
 */
export function migrate(database: Database): Promise<readonly string[]> {
  return database.withoutLimits(async (knex) => {
    // The embedded database has one process and one connection: a lock would wait for itself.
    if (database.kind === 'embedded') return applyAll(knex)
    return knex.transaction(async (turn) => {
      await turn.raw("SET LOCAL lock_timeout = '5min'")
      await turn.raw('SELECT pg_advisory_xact_lock(?)', [advisoryLock])
      return applyAll(knex)
    })
  })
}

/** The names of migrations that are not applied yet, oldest first. */
export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  const [, pending] = (await database.knex.migrate.list(settings)) as [unknown[], string[]] // typed as any
  return pending
}

async function applyAll(knex: Knex): Promise<readonly string[]> {
  const applied: string[] = []
  for (;;) {
    const names = await applyNext(knex)
    if (names.length === 0) return applied
    applied.push(...names)
  }
}

/** Waits only shortly for a table's lock, then lets the queries behind it pass and tries again. */
async function applyNext(knex: Knex, attempt = 1): Promise<readonly string[]> {
  try {
    const [, names] = (await knex.migrate.up(settings)) as [number, string[]] // typed as any
    return names
  } catch (error) {
    if (sqlState(error) !== '55P03' || attempt >= lockTries) throw error
    await delay(attempt * 200)
    return applyNext(knex, attempt + 1)
  }
}

const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    readdirSync(folder)
      .filter((file) => /^\d{4}-[a-z0-9-]+\.ts$/.test(file))
      .map((file) => file.slice(0, -'.ts'.length))
      .sort(),
  getMigrationName: (name) => name,
  async getMigration(name) {
    const migration = (await import(new URL(`${name}.ts`, folder).href)) as Omit<
      Knex.Migration,
      'down'
    > // every file in migrations/ exports `up`
    return { ...migration, down: refuseDown }
  },
}

const settings: Knex.MigratorConfig = {
  migrationSource: source,
  disableMigrationsListValidation: true,
}

function refuseDown(): Promise<never> {
  return Promise.reject(new Error('migrations only go up: restore a backup instead'))
}
