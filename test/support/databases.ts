import { after } from 'node:test'
import { Client } from 'pg'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
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
  return hasPostgres() ? [embedded, postgres] : [embedded]
}

const embedded = createKind('embedded', () => createEmbeddedDatabase({ dataDir: undefined }))
const postgres = createKind('postgres', async () => {
  const server = await sharedPostgres()
  if (!server) throw new Error('no PostgreSQL is installed')
  return createTestPostgresDatabase(await createEmptyDatabase(server))
})

/** Databases are emptied and lent again: a new one takes up to a second. */
function createKind(
  name: TestDatabaseKind['name'],
  create: () => Promise<Database>,
): TestDatabaseKind {
  const idle: Database[] = []
  after(() => Promise.all(idle.splice(0).map((database) => database.close())))

  async function createMigrated(): Promise<Database> {
    const database = await create()
    await migrate(database)
    return database
  }

  async function open(): Promise<TestDatabase> {
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

  return { name, open }
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

/** Writes a tenant that does nothing but exist. */
export async function addTenant(
  { knex }: Database,
  id: TenantId = newId<TenantId>(),
): Promise<TenantId> {
  await knex('tenants').insert({ id, slug: id, name: id, status: 'active', settings: '{}' })
  return id
}

/** Writes a connection that signs nobody in. */
export async function addConnection(
  { knex }: Database,
  tenantId: TenantId,
  id: ConnectionId,
): Promise<void> {
  const at = new Date(0)
  const facts = { name: id, type: 'google', status: 'active', settings: '{}' }
  await knex('connections').insert({
    ...facts,
    tenant_id: tenantId,
    id,
    created_at: at,
    updated_at: at,
  })
}

/** A database on a test's own server, with few connections. */
export function createTestPostgresDatabase(url: string): Database {
  return createPostgresDatabase({ url, pool: { max: 4, durable: 2, relaxed: 1 } })
}

let count = 0

/** The address of a new database without tables. */
export async function createEmptyDatabase(server: TestPostgres): Promise<string> {
  count += 1
  const name = `test_${count}`
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return server.urlOf(name)
}
