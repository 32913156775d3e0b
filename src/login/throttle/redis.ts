import type { Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { guarded } from '#storage/outage.ts'
import { createScript, redisKey, type RedisConnection } from '#storage/redis.ts'
import type { Throttle, ThrottleRule } from '../login.ts'
import { scheduleOf, secondsUntil } from './schedule.ts'

// now, the end of the window, free tries, then the waits, all in milliseconds. 0: allowed, otherwise when the next try is.
const attempt = createScript(`
  local now, forget, free = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local known = redis.call('HMGET', KEYS[1], 't', 'n', 'e')
  local tries, next = 0, 0
  if known[3] and tonumber(known[3]) > now then tries, next = tonumber(known[1]), tonumber(known[2]) end
  if now < next then return known[2] end
  tries = tries + 1
  next = 0
  if tries >= free then next = now + tonumber(ARGV[math.min(4 + tries - free, #ARGV)]) end
  forget = math.max(forget, next)
  redis.call('HSET', KEYS[1], 't', tries, 'n', string.format('%.0f', next), 'e', string.format('%.0f', forget))
  redis.call('PEXPIRE', KEYS[1], math.max(1, forget - now))
  return '0'`)

// The try was allowed, so the wait before it was over: only its own is left to forgive.
const forgive = createScript(`
  local tries = redis.call('HGET', KEYS[1], 't')
  if tries then redis.call('HSET', KEYS[1], 't', math.max(0, tonumber(tries) - 1), 'n', '0') end
  return 1`)

/** Tries counted in Redis. Subjects are kept as SHA-256 only. */
export function createRedisThrottle(deps: {
  readonly redis: RedisConnection
  readonly clock: Clock
}): Throttle {
  const { redis, clock } = deps
  const keyOf = (rule: ThrottleRule, tenantId: TenantId, subject: string) =>
    redisKey('t', tenantId, rule.name, sha256(subject))

  return {
    async attempt(rule, tenantId, subject) {
      const now = clock.now()
      const schedule = scheduleOf(rule)
      const args = [now, now + schedule.window, schedule.free, ...schedule.waits]
      const key = keyOf(rule, tenantId, subject)
      const next = Number(await guarded(() => attempt(redis, key, args)))
      return next === 0
        ? { allowed: true }
        : { allowed: false, retryAfter: secondsUntil(next, now) }
    },
    async forgive(rule, tenantId, subject) {
      await guarded(() => forgive(redis, keyOf(rule, tenantId, subject), []))
    },
    async reset(rule, tenantId, subject) {
      await guarded(() => redis.unlink(keyOf(rule, tenantId, subject)))
    },
  }
}
