import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { temporaryFolder } from '#test/support/folders.ts'
import { createEmbeddedDatabase } from './embedded.ts'
import { DataFolderRefused } from './lock.ts'
import type { Statement } from './storage.ts'

const count: Statement = { name: 'test.count', text: 'SELECT count(*)::int AS n FROM things' }

describe('the embedded database', () => {
  it('keeps what was written when it is opened again, and is refused to a second opener', async () => {
    using folder = temporaryFolder()
    const first = await createEmbeddedDatabase({ dataDir: folder.path })
    await first.knex.schema.createTable('things', (table) => table.integer('id').primary())
    await first.knex('things').insert([{ id: 1 }, { id: 2 }])
    await assert.rejects(createEmbeddedDatabase({ dataDir: folder.path }), DataFolderRefused)
    await first.close()
    const second = await createEmbeddedDatabase({ dataDir: folder.path })
    assert.deepEqual((await second.statements.run(count, [], 'durable')).rows, [{ n: 2 }])
    await second.close()
  })

  it('keeps every acknowledged row when its process is killed', async () => {
    using folder = temporaryFolder()
    const acknowledged = await writeUntilKilled(folder.path)
    const database = await createEmbeddedDatabase({ dataDir: folder.path })
    const { rows } = await database.statements.run<{ n: number }>(count, [], 'durable')
    assert.ok(acknowledged >= 20)
    assert.ok((rows[0]?.n ?? 0) >= acknowledged)
    await database.close()
  })

  it('starts anew when its very first start was interrupted', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'postgres.new'))
    writeFileSync(join(folder.path, 'postgres.new', 'PG_VERSION'), 'half')
    const database = await createEmbeddedDatabase({ dataDir: folder.path })
    await database.ping(1000)
    await database.close()
  })

  it('says what to do with a folder of another version', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'postgres'))
    writeFileSync(join(folder.path, 'postgres', 'PG_VERSION'), '17\n')
    await assert.rejects(
      createEmbeddedDatabase({ dataDir: folder.path }),
      /format 17.*signet export/,
    )
    writeFileSync(join(folder.path, 'postgres', 'PG_VERSION'), '18\n')
    await assert.rejects(createEmbeddedDatabase({ dataDir: folder.path }), /does not open.*Restore/)
  })

  it('leaves nothing of a connection that was thrown away inside a transaction', async () => {
    const database = await createEmbeddedDatabase({ dataDir: undefined })
    await database.knex.schema.createTable('things', (table) => table.integer('id').primary())
    await database.statements.run(count, [], 'durable')
    const connection = await database.knex.client.acquireConnection()
    await connection.query('BEGIN')
    await connection.query('INSERT INTO things VALUES (1)')
    Object.assign(connection, { __knex__disposed: true }) // what knex does after a time-out
    await database.knex.client.releaseConnection(connection)
    const [after] = await Promise.all([
      database.statements.run(count, [], 'durable'),
      database.knex('things').insert({ id: 2 }),
    ])
    assert.deepEqual(after.rows, [{ n: 0 }])
    assert.deepEqual((await database.statements.run(count, [], 'durable')).rows, [{ n: 1 }])
    await database.close()
  })

  it('undoes a transaction that fails, and serves on', async () => {
    const database = await createEmbeddedDatabase({ dataDir: undefined })
    await database.knex.schema.createTable('things', (table) => table.integer('id').primary())
    const twice = database.transaction(async (within) => {
      await within?.('things').insert({ id: 1 })
      await within?.('things').insert({ id: 1 })
    })
    await assert.rejects(twice, { code: '23505' })
    assert.deepEqual((await database.statements.run(count, [], 'durable')).rows, [{ n: 0 }])
    await database.close()
  })
})

/** Inserts in another process, kills it in the middle, and tells how many rows it had reported. */
async function writeUntilKilled(dataDir: string): Promise<number> {
  const module = JSON.stringify(new URL('./embedded.ts', import.meta.url).href)
  const script = `const { createEmbeddedDatabase } = await import(${module})
    const database = await createEmbeddedDatabase({ dataDir: process.argv[1] })
    await database.knex.schema.createTable('things', (table) => table.integer('id').primary())
    const insert = { name: 'insert', text: 'INSERT INTO things VALUES ($1)' }
    for (let id = 1; ; id += 1) {
      await database.statements.run(insert, [id], 'durable')
      process.stdout.write(id + '\\n')
      await new Promise(setImmediate)
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let last = 0
  for await (const line of createInterface(child.stdout)) {
    last = Number(line)
    if (last === 20) child.kill('SIGKILL')
  }
  await exited
  return last
}
