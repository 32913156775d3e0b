import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { Duplex } from 'node:stream'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { Unavailable } from '#kit/errors.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { backoff } from './backoff.ts'
import { guarded } from './outage.ts'
import { answersWithin } from './ping.ts'

export type RedisConnection = Redis | Cluster

/**
 * Fails fast instead of queueing: a command without a connection is refused at once, one without an answer after half a
 * second (ioredis by itself waits 15 s for a dead server and for ever for a frozen one).
 */
const patience = {
  commandTimeout: 500,
  connectTimeout: 1000,
  disconnectTimeout: 500,
  maxRetriesPerRequest: 1,
  // A command the server may have run already is not sent twice: it would count, or use up, twice.
  autoResendUnfulfilledCommands: false,
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'), // the primary became a replica
} satisfies RedisOptions

/** One address: a server. Several: nodes of a cluster. Connects with `connectRedis`, and again by itself. */
export function createRedis(urls: readonly string[], logger?: Logger): RedisConnection {
  const [first, ...others] = urls
  if (first === undefined) throw new TypeError('at least one Redis address is needed')
  const common = { enableOfflineQueue: false, lazyConnect: true }
  const redis =
    others.length === 0
      ? new BatchingRedis(first, { ...common, ...patience, retryStrategy: backoff })
      : new Cluster([...urls], {
          ...common,
          enableAutoPipelining: true,
          clusterRetryStrategy: backoff,
          redisOptions: { ...patience, ...credentials(first) },
        })
  redis.on('error', (error: Error) => logger?.warn('redis reports an error', { err: error }))
  return redis
}

/**
 * Sends the commands of one turn of the event loop in one write. The library's own `enableAutoPipelining` does that with
 * an object whose accessor V8 keeps in the old generation, and with it, until a full collection, every request that
 * waited for an answer (measured: 350 MB resident instead of 150).
 */
class BatchingRedis extends Redis {
  #held: Duplex | undefined

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    if (this.status === 'ready' && this.#held !== this.stream) this.#hold(this.stream)
    return super.sendCommand(...args)
  }

  #hold(stream: Duplex): void {
    this.#held = stream
    stream.cork()
    setImmediate(() => {
      stream.uncork()
      if (this.#held === stream) this.#held = undefined
    })
  }
}

/** Resolves when commands will be served; rejects with `Unavailable` after `timeout` ms. It goes on trying either way. */
export async function connectRedis(redis: RedisConnection, timeout = 5000): Promise<void> {
  if (redis.status === 'wait') redis.connect().catch(() => undefined) // the error listener hears of it
  if (redis.status === 'ready') return
  try {
    // 'error' comes with every attempt that failed, so it must not end the wait as `once` would
    await waitForReady(redis, AbortSignal.timeout(timeout))
  } catch (error) {
    throw new Unavailable('storage', { cause: error })
  }
}

export function pingRedis(redis: RedisConnection, timeout: number): Promise<void> {
  return guarded(() => answersWithin(redis.ping(), timeout))
}

export async function closeRedis(redis: RedisConnection): Promise<void> {
  const said = redis.status === 'ready' && (await redis.quit().catch(() => undefined))
  if (said !== 'OK') redis.disconnect()
}

/** Parts that cannot run into each other; no braces, which would tie unrelated keys to one node of a cluster. */
export function redisKey(...parts: readonly string[]): string {
  return ['signet', ...parts.map(escaped)].join(':')
}

/** The same for keys that one script is to see together: those of one `home` lie on one node of a cluster. */
export function redisKeyAt(home: string, ...parts: readonly string[]): string {
  return ['signet', `{${escaped(home)}}`, ...parts.map(escaped)].join(':')
}

function escaped(part: string): string {
  return part.replace(/[%:{}]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
}

/** Runs a script with one key, or with several of one home (`redisKeyAt`), which is what a cluster allows. */
export type RedisScript = (
  redis: RedisConnection,
  keys: string | readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>

export function createScript(lua: string): RedisScript {
  const digest = hash('sha1', lua)
  return async (redis, given, args) => {
    const keys = typeof given === 'string' ? [given] : given
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}

async function waitForReady(redis: RedisConnection, signal: AbortSignal): Promise<void> {
  const ready = new EventTarget()
  redis.once('ready', () => ready.dispatchEvent(new Event('ready')))
  await once(ready, 'ready', { signal })
}

/** Nodes a cluster names later know only their address. */
function credentials(url: string): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  const { protocol, username, password } = new URL(url)
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
}
