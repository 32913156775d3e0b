import { sha256 } from '#kit/hash.ts'
import { guarded } from '../outage.ts'
import { createScript, redisKey, type RedisConnection } from '../redis.ts'
import type { Ephemeral, EphemeralKey } from '../storage.ts'

const swap = createScript(`
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  return 1
`)

/** Short-lived data in Redis, which forgets it by its own clock. Ids are kept as SHA-256 only. */
export function createRedisEphemeral({ redis }: { readonly redis: RedisConnection }): Ephemeral {
  const name = (key: EphemeralKey) => redisKey('e', key.tenantId, key.kind, sha256(key.id))

  return {
    async put(key, value, ttl) {
      await guarded(() => redis.set(name(key), value, 'EX', ttl))
    },
    async add(key, value, ttl) {
      return (await guarded(() => redis.set(name(key), value, 'EX', ttl, 'NX'))) === 'OK'
    },
    async get(key) {
      return (await guarded(() => redis.get(name(key)))) ?? undefined
    },
    async take(key) {
      return (await guarded(() => redis.getdel(name(key)))) ?? undefined
    },
    async swap(key, expected, value) {
      return (await guarded(() => swap(redis, name(key), [expected, value]))) === 1
    },
    async remove(key) {
      await guarded(() => redis.del(name(key)))
    },
  }
}
