import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Unavailable } from '#kit/errors.ts'
import { createTestPostgresDatabase } from '#test/support/databases.ts'
import { freePort, hasPostgres, startPostgres, type TestPostgres } from '#test/support/servers.ts'
import { createPostgresDatabase } from './postgres.ts'
import type { Database, Durability, Statement } from './storage.ts'

const echo: Statement = { name: 'test.echo', text: 'SELECT $1::int AS n' }
const divide: Statement = { name: 'test.divide', text: 'SELECT 1 / $1::int AS n' }
const sleep: Statement = { name: 'test.sleep', text: 'SELECT pg_sleep($1)' }
const whose: Statement = { name: 'test.whose', text: 'SELECT pg_backend_pid() AS pid' }
const commit: Statement = {
  name: 'test.commit',
  text: "SELECT current_setting('synchronous_commit') AS mode",
}

describe('a real Postgres', { skip: !hasPostgres() }, () => {
  let server: TestPostgres
  let database: Database

  before(async () => {
    const started = await startPostgres()
    assert.ok(started)
    server = started
    database = createTestPostgresDatabase(server.url)
  })
  after(async () => {
    await database.close()
    await server[Symbol.asyncDispose]()
  })

  it('answers many statements at once; one that fails does not touch the others', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) =>
        database.statements.run(at % 10 === 0 ? divide : echo, [at % 10], 'durable'),
      ),
    )
    for (const [at, answer] of answers.entries()) {
      if (at % 10 === 0) assert.ok(answer.status === 'rejected' && answer.reason.code === '22012')
      else assert.ok(answer.status === 'fulfilled')
      if (answer.status === 'fulfilled') assert.deepEqual(answer.value.rows, [{ n: at % 10 }])
    }
  })

  it('flushes durable statements and not relaxed ones', async () => {
    for (const [durability, mode] of [
      ['durable', 'on'],
      ['alone', 'on'],
      ['relaxed', 'off'],
    ] as const) {
      const { rows } = await database.statements.run(commit, [], durability)
      assert.deepEqual(rows, [{ mode }])
    }
  })

  it('sends what is asked together to one connection, up to a limit, and durable ones to all', async () => {
    const pool = { max: 1, durable: 4, relaxed: 4 }
    const wide = createPostgresDatabase({ url: server.url, pool })
    const usedBy = async (count: number, durability: Durability) => {
      const ask = () => wide.statements.run<{ pid: number }>(whose, [], durability)
      const answers = await Promise.all(Array.from({ length: count }, ask))
      return new Set(answers.map(({ rows }) => rows[0]?.pid)).size
    }
    assert.deepEqual([await usedBy(8, 'relaxed'), await usedBy(9, 'relaxed')], [1, 2])
    assert.equal(await usedBy(32, 'relaxed'), 4)
    assert.equal(await usedBy(4, 'durable'), 4)
    await wide.close()
  })

  for (const durability of ['durable', 'relaxed', 'alone'] as const) {
    it(`gives up on a slow statement, not on its connection: ${durability}`, async () => {
      const slow = database.statements.run(sleep, [60], durability)
      await assert.rejects(withinFiveSeconds(slow), Unavailable)
      assert.equal((await database.statements.run(echo, [1], durability)).rowCount, 1)
    })
  }

  it('lets what waits alone hold nothing else up', async () => {
    const order: string[] = []
    const ask = async (statement: Statement, durability: Durability | 'alone') => {
      await database.statements.run(statement, [1], durability)
      order.push(durability)
    }
    const lanes = Array.from({ length: 8 }, () => ask(echo, 'durable'))
    await Promise.all([ask(sleep, 'alone'), ...lanes])
    assert.deepEqual(order, [...Array.from({ length: 8 }, () => 'durable'), 'alone'])
  })

  it('lets migrations take their time', async () => {
    const limit = await database.withoutLimits((knex) => knex.raw('SHOW statement_timeout'))
    assert.deepEqual(limit.rows, [{ statement_timeout: '0' }])
  })

  it('never puts a bound value into an error', async () => {
    const failed = database.knex.raw("SELECT 'x'::int, ?::text", ['hunter2'])
    await assert.rejects(
      Promise.resolve(failed),
      (error: Error) => !error.message.includes('hunter2'),
    )
  })

  it('survives the end of a connection in use (node-postgres #3202)', async () => {
    const suicide = database.transaction((within) =>
      Promise.resolve(within?.raw('SELECT pg_terminate_backend(pg_backend_pid())')),
    )
    await assert.rejects(suicide, Unavailable)
    assert.deepEqual(await database.knex.select(database.knex.raw('1 AS n')), [{ n: 1 }])
  })

  it('does not notice when idle connections are ended', async () => {
    await useEveryLane(database)
    await database.knex.raw(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
    )
    await recovers(database, 2000)
  })

  it('is unavailable while it is down, at once, and serves again by itself', async () => {
    await useEveryLane(database)
    await server.stop()
    for (const failed of waysToFail(database)) {
      await assert.rejects(withinFiveSeconds(failed), Unavailable)
    }
    await server.start()
    await recovers(database, 10_000)
  })

  it('is unavailable within seconds when it says nothing at all, and serves again', async () => {
    await useEveryLane(database)
    server.pause()
    const failures: Promise<unknown>[] = [
      database.statements.run(echo, [1], 'durable'),
      database.statements.run(echo, [1], 'relaxed'),
      database.ping(500),
    ]
    await Promise.all(
      failures.map((failure) => assert.rejects(withinFiveSeconds(failure), Unavailable)),
    )
    server.resume()
    await recovers(database, 10_000)
  })

  it('is asked for again patiently: no storm of connections on a server that refuses', async () => {
    let connections = 0
    const port = await freePort()
    const refusing = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(port, '127.0.0.1')
    const stormed = createTestPostgresDatabase(`postgresql://x@127.0.0.1:${port}/x`)
    for (let at = 0; at < 300; at += 1) {
      await assert.rejects(stormed.statements.run(echo, [at], 'durable'), Unavailable)
      await delay(1)
    }
    assert.ok(connections < 30, `${connections} connections`)
    await stormed.close()
    refusing.close()
  })
})

function waysToFail(database: Database): Promise<unknown>[] {
  return [
    database.statements.run(echo, [1], 'durable'),
    database.statements.run(echo, [1], 'relaxed'),
    database.ping(4000),
    Promise.resolve(database.knex.raw('SELECT 1')),
    database.transaction(async (within) => void (await within?.raw('SELECT 1'))),
  ]
}

async function useEveryLane(database: Database): Promise<void> {
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      database.statements.run(echo, [at], at % 2 === 0 ? 'durable' : 'relaxed'),
    ),
  )
}

/** Waits until everything is served again; fails when that takes longer than `patience` ms. */
async function recovers(database: Database, patience: number): Promise<void> {
  const tooLate = AbortSignal.timeout(patience)
  for (;;) {
    const outcomes = await Promise.allSettled(waysToFail(database))
    if (outcomes.every((outcome) => outcome.status === 'fulfilled')) return
    tooLate.throwIfAborted()
    await delay(50)
  }
}

async function withinFiveSeconds<T>(work: Promise<T>): Promise<T> {
  const patience = new AbortController()
  const late = delay(5000, undefined, { signal: patience.signal }).then(() => {
    throw new Error('it took longer than five seconds')
  })
  late.catch(() => undefined)
  return Promise.race([work, late]).finally(() => patience.abort())
}
