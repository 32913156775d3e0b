import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#kit/clock.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import { createDatabaseProbe } from './postgres.ts'
import { createRedisProbe } from './redis.ts'

for (const kind of availableDatabases())
  test(`a database tells its version and its time (${kind.name})`, async () => {
    await using database = await kind.open()
    const { version, now } = await createDatabaseProbe({ database })()
    assert.ok(version >= 140_000 && version < 1_000_000, String(version))
    assert.ok(Math.abs(now - systemClock.now()) < 60_000)
  })

test('redis tells its version and what it evicts', { skip: !hasRedis() }, async () => {
  await using server = await openRedis()
  const found = await createRedisProbe(server)()
  assert.match(found.version, /^\d+\.\d+/)
  assert.equal(found.maxmemoryPolicy, 'noeviction')
})

test('a server that hides its policy is taken for that, one without a version for none', async () => {
  const probe = (text: string) => createRedisProbe({ redis: { info: async () => text } })()
  assert.deepEqual(await probe('# Server\r\nredis_version:7.2.4\r\n'), {
    version: '7.2.4',
    maxmemoryPolicy: undefined,
  })
  await assert.rejects(probe(''), /does not tell its version/)
})
