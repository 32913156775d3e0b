import type { Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { guarded } from '#storage/outage.ts'
import { createScript, redisKeyAt, type RedisConnection } from '#storage/redis.ts'
import type { Counted, JointAnswer, Throttle } from '../login.ts'
import { scheduleOf, secondsUntil, single } from './schedule.ts'

// now, then for each key the end of its window, the free tries, how many waits, and the waits, all in milliseconds.
const read = `
  local now, at, asked = tonumber(ARGV[1]), 2, {}
  for i, key in ipairs(KEYS) do
    local known = redis.call('HMGET', key, 't', 'n', 'e')
    local tries, next = 0, 0
    if known[3] and tonumber(known[3]) > now then tries, next = tonumber(known[1]), tonumber(known[2]) end
    if now < next then return { i, known[2] } end
    asked[i] = { tries = tries + 1, at = at }
    at = at + 3 + tonumber(ARGV[at + 2])
  end`

/** Nothing, or the first that refuses and when the next try is. */
const look = createScript(`${read}
  return {}`)

const attempt = createScript(`${read}
  for i, key in ipairs(KEYS) do
    local tries, at = asked[i].tries, asked[i].at
    local forget, free, waits = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local next = 0
    if tries >= free then next = now + tonumber(ARGV[at + 2 + math.min(1 + tries - free, waits)]) end
    forget = math.max(forget, next)
    redis.call('HSET', key, 't', tries, 'n', string.format('%.0f', next), 'e', string.format('%.0f', forget))
    redis.call('PEXPIRE', key, math.max(1, forget - now))
  end
  return {}`)

// How many of the keys are forgiven; the others are reset. A try that is forgiven was allowed, so the wait before it was
// over: only its own is left.
const settle = createScript(`
  for i, key in ipairs(KEYS) do
    local tries = redis.call('HGET', key, 't')
    if i > tonumber(ARGV[1]) then redis.call('UNLINK', key)
    elseif tries then redis.call('HSET', key, 't', math.max(0, tonumber(tries) - 1), 'n', '0') end
  end
  return 1`)

/** Tries counted in Redis. Subjects are kept as SHA-256 only. */
export function createRedisThrottle(deps: {
  readonly redis: RedisConnection
  readonly clock: Clock
}): Throttle {
  const { redis, clock } = deps
  const keyOf = (tenantId: TenantId) => (counted: Counted) =>
    redisKeyAt(tenantId, 't', counted.rule.name, sha256(counted.subject))

  const ask =
    (script: typeof attempt) =>
    async (tenantId: TenantId, counts: readonly Counted[]): Promise<JointAnswer> => {
      const now = clock.now()
      const keys = counts.map(keyOf(tenantId))
      const args = [now, ...counts.flatMap((counted) => toArgs(counted, now))]
      const [n, next] = (await guarded(() => script(redis, keys, args))) as [number?, string?]
      const by = n === undefined ? undefined : counts[n - 1]
      if (!by) return { allowed: true }
      return { allowed: false, by, retryAfter: secondsUntil(Number(next), now) }
    }
  const attemptAll = ask(attempt)

  return {
    attemptAll,
    attempt: single(attemptAll),
    look: single(ask(look)),
    async settle(tenantId, { forgive = [], reset = [] }) {
      const keys = [...forgive, ...reset].map(keyOf(tenantId))
      await guarded(() => settle(redis, keys, [forgive.length]))
    },
  }
}

function toArgs({ rule }: Counted, now: number): readonly number[] {
  const { window, free, waits } = scheduleOf(rule)
  return [now + window, free, waits.length, ...waits]
}
