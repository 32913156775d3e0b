import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { leftBehind } from '#test/support/old-generation.ts'
import { sharedPostgres } from '#test/support/servers.ts'
import { LeanClient } from './lean-client.ts'

const postgres = await sharedPostgres()

describe('a client that leaves nothing behind', { skip: !postgres }, () => {
  const connectionString = postgres?.url
  const client = new LeanClient({ connectionString, query_timeout: 2000 })
  after(() => client.end())

  it('answers with a promise, and to a callback as knex wants it', async () => {
    await client.connect()
    const { rows } = await client.query('SELECT $1::text AS word', ['yes'])
    assert.deepEqual(rows, [{ word: 'yes' }])
    const named = await client.query({ name: 'a', text: 'SELECT $1::int AS n', values: [7] })
    assert.deepEqual(named.rows, [{ n: 7 }])
    const { promise, resolve } = Promise.withResolvers<unknown>()
    client.query({ text: 'SELECT 1 AS n' }, (_error, result) => resolve(result.rows))
    assert.deepEqual(await promise, [{ n: 1 }])
  })

  it('rejects with what the server says, and goes on', async () => {
    await assert.rejects(client.query('SELECT nothing'), { code: '42703' })
    assert.equal((await client.query('SELECT 1')).rowCount, 1)
  })

  it('leaves a fraction of what the driver leaves behind by itself', async () => {
    const drivers = new Client({ connectionString, query_timeout: 2000 })
    await drivers.connect()
    try {
      const lean = await leftBehind(() => client.query('SELECT 1'))
      const own = await leftBehind(() => drivers.query('SELECT 1'))
      assert.ok(lean < own / 4, `${lean} bytes a query, ${own} without us`)
    } finally {
      await drivers.end()
    }
  })
})

it('gives up on a server that says nothing', async () => {
  // Speaks just enough to be connected to: authentication is over, ready for a query.
  const greeting = Buffer.from('5200000008000000005a0000000549', 'hex')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(greeting))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listens on a port
  const client = new LeanClient({
    connectionString: `postgres://nobody@127.0.0.1:${port}/nothing`,
    query_timeout: 20,
    pipeline: true,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const answers = await Promise.allSettled([client.query('SELECT 1'), client.query('SELECT 2')])
    const [first, behind] = answers.map((answer) => answer.status === 'rejected' && answer.reason)
    assert.match(String(first), /Query read timeout/)
    assert.match(String(behind), /Query read timeout|Connection terminated/) // whichever is noticed first
  } finally {
    client.connection.stream.destroy()
    server.close()
  }
})
