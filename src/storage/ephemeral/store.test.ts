import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import { createMemoryEphemeral } from './memory.ts'
import { createPostgresEphemeral } from './postgres.ts'
import { createRedisEphemeral } from './redis.ts'
import { testEphemeral } from './store.contract.ts'

testEphemeral('memory', async () => {
  const clock = createFakeClock()
  return {
    store: createMemoryEphemeral({ clock }),
    pass: async (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  testEphemeral(kind.name, async () => {
    const clock = createFakeClock()
    const database = await kind.open()
    return {
      store: createPostgresEphemeral({ database, clock }),
      pass: async (ms) => clock.advance(ms),
      [Symbol.asyncDispose]: () => database.close(),
    }
  })

  describe(`expiry of short-lived data in ${kind.name}`, () => {
    it('removes what expired, at most as much as asked for', async () => {
      await using database = await kind.open()
      const clock = createFakeClock()
      const store = createPostgresEphemeral({ database, clock })
      const key = (id: string) => ({ tenantId: 'main', kind: 'x', id })
      for (const id of ['a', 'b', 'c']) await store.put(key(id), id, 10)
      await store.put(key('d'), 'd', 100)
      const later = clock.now() / 1000 + 50
      assert.deepEqual(
        [await store.removeExpired(later, 2), await store.removeExpired(later, 2)],
        [2, 1],
      )
      assert.equal(await store.get(key('d')), 'd')
    })
  })
}

if (hasRedis()) {
  testEphemeral('redis', async () => {
    const opened = await openRedis()
    return { ...opened, store: createRedisEphemeral({ redis: opened.redis }) }
  })
}
