import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Unavailable } from '#kit/errors.ts'
import { freePort, hasRedis, openRedis, startRedis } from '#test/support/servers.ts'
import { createRedisEphemeral } from './ephemeral/redis.ts'
import {
  closeRedis,
  connectRedis,
  createRedis,
  createScript,
  pingRedis,
  redisKey,
  redisKeyAt,
} from './redis.ts'

const key = { tenantId: 'main', kind: 'test', id: 'x' }

describe('redis keys', () => {
  it('do not run into each other, and hold no hash tag', () => {
    assert.notEqual(redisKey('a:b', 'c'), redisKey('a', 'b:c'))
    assert.notEqual(redisKey('a%3a', 'b'), redisKey('a:', 'b'))
    assert.ok(!/[{}]/.test(redisKey('{a}', 'b')))
  })

  it('of one home hold one hash tag, whatever it is called', () => {
    const tagOf = (key: string) => /\{([^}]*)\}/.exec(key)?.[1]
    assert.equal(tagOf(redisKeyAt('main', 'a')), 'main')
    assert.equal(tagOf(redisKeyAt('{a}:b', 'c')), '%7ba%7d%3ab')
    assert.notEqual(redisKeyAt('a', 'b'), redisKey('{a}', 'b'))
  })
})

describe('a Redis', { skip: !hasRedis() }, () => {
  it('runs a script it has forgotten', async () => {
    await using opened = await openRedis()
    const script = createScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    assert.equal(await script(opened.redis, 'n', [2]), 2)
    await opened.redis.script('FLUSH')
    assert.equal(await script(opened.redis, 'n', [3]), 5)
    assert.equal(await script(opened.redis, 'n', [1]), 6)
  })

  it('sends what is asked in one turn of the event loop together', async () => {
    await using opened = await openRedis()
    const { redis } = opened
    assert.ok(redis instanceof Redis)
    const { stream } = redis
    const answers = [redis.set('a', '1'), redis.get('a'), redis.get('b')]
    assert.equal(stream.writableCorked, 1)
    assert.deepEqual(await Promise.all(answers), ['OK', '1', null])
    assert.equal(stream.writableCorked, 0)
  })

  it('is unavailable while it is down or silent, at once, and serves again by itself', async () => {
    await using server = await startRedis()
    assert.ok(server)
    const redis = createRedis([server.url])
    await connectRedis(redis)
    const store = createRedisEphemeral({ redis })
    await store.put(key, 'before', 60)

    await server.stop()
    await quickly(assert.rejects(store.get(key), Unavailable))
    await quickly(assert.rejects(store.take(key), Unavailable))
    await quickly(assert.rejects(pingRedis(redis, 1000), Unavailable))
    await server.start()
    await connectRedis(redis)
    await store.put(key, 'after', 60)

    server.pause()
    await quickly(assert.rejects(store.get(key), Unavailable))
    server.resume()
    await eventually(async () => assert.equal(await store.get(key), 'after'))
    await closeRedis(redis)
  })

  it('is unavailable when it was never there', async () => {
    const redis = createRedis([`redis://127.0.0.1:${await freePort()}`])
    await assert.rejects(connectRedis(redis, 300), Unavailable)
    await assert.rejects(createRedisEphemeral({ redis }).get(key), Unavailable)
    await closeRedis(redis)
  })
})

async function quickly(work: Promise<unknown>): Promise<void> {
  const patience = new AbortController()
  const late = delay(1500, undefined, { signal: patience.signal }).then(() => {
    throw new Error('it took longer than 1.5 seconds')
  })
  late.catch(() => undefined)
  await Promise.race([work, late]).finally(() => patience.abort())
}

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await check()
    } catch (error) {
      if (attempt === 100) throw error
      await delay(50)
    }
  }
}
