import { createScript } from '#storage/redis.ts'

/**
 * An artifact is one hash: `p` payload, `e` expiry in epoch seconds or empty, `c` when it was used. A payload is never
 * touched in Lua: its JSON would lose `[]` and large integers. One key each, so that a cluster runs them.
 */

const write = `
  redis.call('HSET', KEYS[1], 'p', ARGV[1], 'e', ARGV[2])
  if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end`

/** payload, expiry or '', time to live in ms or ''. `c` is left alone: what was used stays used. */
export const upsertArtifact = createScript(`${write}
  return 1`)

/** The same, now, and the payload expected: 1 where that lived. */
export const updateArtifact = createScript(`
  local e = redis.call('HGET', KEYS[1], 'e')
  if not e or (e ~= '' and tonumber(e) <= tonumber(ARGV[4])) then return 0 end
  if redis.call('HGET', KEYS[1], 'p') ~= ARGV[5] then return 0 end
  ${write}
  return 1`)

/** The same, and now: 1 where nothing lived. */
export const insertArtifact = createScript(`
  local e = redis.call('HGET', KEYS[1], 'e')
  if e and (e == '' or tonumber(e) > tonumber(ARGV[4])) then return 0 end
  redis.call('DEL', KEYS[1])
  ${write}
  return 1`)

/** now: 1 for the first. */
export const consumeArtifact = createScript(`
  local e = redis.call('HGET', KEYS[1], 'e')
  if not e or (e ~= '' and tonumber(e) <= tonumber(ARGV[1])) then return 0 end
  return redis.call('HSETNX', KEYS[1], 'c', ARGV[1])`)

/** Reads and removes: payload and when it was used, to one caller. */
export const takeArtifact = createScript(`
  local found = redis.call('HMGET', KEYS[1], 'p', 'c')
  redis.call('DEL', KEYS[1])
  return found`)

/** expiry, time to live in ms. */
export const expireArtifact = createScript(`
  local e = redis.call('HGET', KEYS[1], 'e')
  if not e or (e ~= '' and tonumber(e) <= tonumber(ARGV[1])) then return 0 end
  redis.call('HSET', KEYS[1], 'e', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`)

/**
 * Which artifacts belong to a grant, an owner, a name: a sorted set by expiry, from which the expired go with each
 * addition, so that it never holds more than the living. member, expiry or '', time to live in ms or '', now.
 */
export const addToIndex = createScript(`
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[4])
  local left = redis.call('PTTL', KEYS[1])
  redis.call('ZADD', KEYS[1], ARGV[2] == '' and '+inf' or ARGV[2], ARGV[1])
  if ARGV[3] == '' then
    redis.call('PERSIST', KEYS[1])
  elseif left ~= -1 and left < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  end
  return 1`)
