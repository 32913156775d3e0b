import { after } from 'node:test'
import { Client } from 'pg'
import { migrate } from '#storage/migrate.ts'
import { createEmbeddedDatabase } from '#storage/embedded.ts'
import { createPostgresDatabase } from '#storage/postgres.ts'
import type { Database } from '#storage/storage.ts'
import { hasPostgres, sharedPostgres, type TestPostgres } from './servers.ts'

export type TestDatabase = Database & AsyncDisposable

export type TestDatabaseKind = {
  readonly name: 'embedded' | 'postgres'
  /** A migrated, empty database of one's own. Dispose of it: `await using database = await kind.open()`. */
  open(): Promise<TestDatabase>
}

/** The embedded one always, a real Postgres where one is installed. */
export function availableDatabases(): readonly TestDatabaseKind[] {
  const embedded: TestDatabaseKind = { name: 'embedded', open: openEmbedded }
  const postgres: TestDatabaseKind = { name: 'postgres', open: openPostgres }
  return hasPostgres() ? [embedded, postgres] : [embedded]
}

/** Emptied and lent again: opening another one takes a second and 200 MB. */
const idle: Database[] = []
after(() => Promise.all(idle.splice(0).map((database) => database.close())))

async function openEmbedded(): Promise<TestDatabase> {
  const database = idle.pop() ?? (await createMigrated())
  let lent = true
  async function giveBack(): Promise<void> {
    if (!lent) return
    lent = false
    await empty(database)
    idle.push(database)
  }
  return { ...database, close: giveBack, [Symbol.asyncDispose]: giveBack }
}

async function createMigrated(): Promise<Database> {
  const database = await createEmbeddedDatabase({ dataDir: undefined })
  await migrate(database)
  return database
}

async function empty(database: Database): Promise<void> {
  await database.transaction(async (within) => {
    // as a replica no trigger fires: not even the one that keeps the audit append-only
    await within?.raw("SET LOCAL session_replication_role = 'replica'")
    const tables = await within?.raw<{ rows: { name: string }[] }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'knex%'",
    )
    const names = tables?.rows.map((table) => table.name) ?? []
    if (names.length > 0) await within?.raw(`TRUNCATE ${names.join(', ')} RESTART IDENTITY CASCADE`)
  })
}

let template: Promise<TestPostgres> | undefined
let count = 0

async function openPostgres(): Promise<TestDatabase> {
  template ??= createTemplate()
  const server = await template
  count += 1
  const name = `test_${count}`
  await administer(server, `CREATE DATABASE ${name} TEMPLATE signet_template`)
  const database = createTestPostgresDatabase(server.urlOf(name))
  let open = true
  async function close(): Promise<void> {
    if (!open) return
    open = false
    await database.close()
    await administer(server, `DROP DATABASE ${name} WITH (FORCE)`)
  }
  return { ...database, close, [Symbol.asyncDispose]: close }
}

async function createTemplate(): Promise<TestPostgres> {
  const server = await sharedPostgres()
  if (!server) throw new Error('no PostgreSQL is installed')
  await administer(server, 'CREATE DATABASE signet_template')
  const database = createTestPostgresDatabase(server.urlOf('signet_template'))
  await migrate(database)
  await database.close()
  return server
}

/** A database on a test's own server, with few connections and nothing in it. */
export function createTestPostgresDatabase(url: string): Database {
  return createPostgresDatabase({ url, pool: { max: 4, durable: 2, relaxed: 1 } })
}

async function administer(server: TestPostgres, sql: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
