import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import { migrate } from '#storage/migrate.ts'
import { createPostgresDatabase } from '#storage/postgres.ts'
import type { Database } from '#storage/storage.ts'
import { availableDatabases, createEmptyDatabase } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { hasPostgres, hasRedis, openRedis, sharedPostgres } from '#test/support/servers.ts'
import { exponentialWait, type ThrottleRule } from '../login.ts'
import { createMemoryThrottle } from './memory.ts'
import { createPostgresThrottle } from './postgres.ts'
import { createRedisThrottle } from './redis.ts'
import { testJointThrottle } from './joint.contract.ts'
import { testThrottle, type ThrottleUnderTest } from './store.contract.ts'

const rule: ThrottleRule = { name: 'test.rule', free: 5, wait: exponentialWait, window: 3600 }

function testBoth(name: string, open: () => Promise<ThrottleUnderTest>): void {
  testThrottle(name, open)
  testJointThrottle(name, open)
}

testBoth('memory', async () => {
  const clock = createFakeClock()
  const throttle = createMemoryThrottle({ clock })
  return { throttle, clock, [Symbol.asyncDispose]: async () => undefined }
})

for (const kind of availableDatabases()) {
  testBoth(kind.name, async () => {
    const clock = createFakeClock()
    const database = await kind.open()
    const throttle = createPostgresThrottle({ database, clock })
    return { throttle, clock, [Symbol.asyncDispose]: () => database.close() }
  })

  describe(`expiry of tries in ${kind.name}`, () => {
    it('removes what is over, at most as much as asked for', async () => {
      await using database = await kind.open()
      const clock = createFakeClock()
      const throttle = createPostgresThrottle({ database, clock })
      for (const subject of ['a', 'b', 'c']) await throttle.attempt(rule, brandId('main'), subject)
      const over = clock.now() / 1000 + 3601
      assert.deepEqual(
        [
          await throttle.removeExpired(over - 10, 5),
          await throttle.removeExpired(over, 2),
          await throttle.removeExpired(over, 2),
        ],
        [0, 2, 1],
      )
    })
  })
}

if (hasPostgres()) {
  // one database for all of them: only here is anything asked on several connections at once
  const opening = openPostgres()
  after(async () => (await opening).close())
  testJointThrottle('postgres, on four connections', async () => {
    const database = await opening
    await database.knex('throttles').delete()
    const clock = createFakeClock()
    const throttle = createPostgresThrottle({ database, clock })
    return { throttle, clock, [Symbol.asyncDispose]: async () => undefined }
  })
}

async function openPostgres(): Promise<Database> {
  const server = await sharedPostgres()
  if (!server) throw new Error('no PostgreSQL is installed')
  const url = await createEmptyDatabase(server)
  const database = createPostgresDatabase({ url, pool: { max: 4, durable: 1, relaxed: 4 } })
  await migrate(database)
  return database
}

if (hasRedis()) {
  testBoth('redis', async () => {
    const { redis, [Symbol.asyncDispose]: dispose } = await openRedis()
    const clock = createFakeClock()
    return {
      throttle: createRedisThrottle({ redis, clock }),
      clock,
      [Symbol.asyncDispose]: dispose,
    }
  })

  describe('what Redis keeps of tries', () => {
    it('is forgotten by Redis after the window', async () => {
      await using opened = await openRedis()
      const clock = createFakeClock()
      const throttle = createRedisThrottle({ redis: opened.redis, clock })
      await throttle.attempt(rule, brandId('main'), 'ada')
      await opened.pass(3_590_000)
      assert.equal(await opened.redis.dbsize(), 1)
      await opened.pass(10_001)
      assert.equal(await opened.redis.dbsize(), 0)
    })
  })
}
