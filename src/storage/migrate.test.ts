import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  availableDatabases,
  createEmptyDatabase,
  createTestPostgresDatabase,
} from '#test/support/databases.ts'
import { hasPostgres, sharedPostgres } from '#test/support/servers.ts'
import { createEmbeddedDatabase } from './embedded.ts'
import { migrate, pendingMigrations } from './migrate.ts'

const all = readdirSync(new URL('../../migrations/', import.meta.url))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()

describe('migrations', () => {
  it('apply in order, once', async () => {
    const database = await createEmbeddedDatabase({ dataDir: undefined })
    assert.deepEqual(await pendingMigrations(database), all)
    assert.deepEqual(await migrate(database), all)
    assert.deepEqual(await pendingMigrations(database), [])
    assert.deepEqual(await migrate(database), [])
    await database.close()
  })

  for (const kind of availableDatabases()) {
    it(`leave alone in ${kind.name} what a newer release applied`, async () => {
      await using database = await kind.open()
      const newer = { name: '9999-from-the-future', batch: 99, migration_time: new Date(0) }
      await database.knex('knex_migrations').insert(newer)
      assert.deepEqual(await pendingMigrations(database), [])
      assert.deepEqual(await migrate(database), [])
      await database.knex('knex_migrations').where({ name: newer.name }).delete()
    })
  }

  it('take turns when processes start together', { skip: !hasPostgres() }, async () => {
    const server = await sharedPostgres()
    assert.ok(server)
    const url = await createEmptyDatabase(server)
    const databases = [1, 2, 3].map(() => createTestPostgresDatabase(url))
    const applied = await Promise.all(databases.map(migrate))
    assert.deepEqual(applied.flat().sort(), all)
    await Promise.all(databases.map((database) => database.close()))
  })
})
