import type { Clock } from './clock.ts'
import { Unavailable } from './errors.ts'

/**
 * Remembers loaded values for a short time, one load in flight per key.
 * A failed load is not remembered; `forget` also discards a load that is under way.
 */
export type Cache<Key, Value> = {
  get(key: Key): Promise<Value>
  /** What `get` would resolve to, when it is loaded and believed; otherwise undefined. For who cannot wait. */
  peek(key: Key): Value | undefined
  forget(key: Key): void
  clear(): void
}

type Entry<Value> = { readonly value: Promise<Value>; loaded?: Value; readonly staleAt: number }

export function createCache<Key, Value>(options: {
  readonly load: (key: Key) => Promise<Value>
  readonly clock: Clock
  /** Milliseconds a loaded value is believed. The upper bound of how late another process's change is seen. */
  readonly ttl: number
  /** Entries kept; the least recently loaded go first. */
  readonly max: number
  /** While the store is down the last value stands (R1): for what opens nothing that the store does not guard as well. */
  readonly keepsOnOutage?: boolean
}): Cache<Key, Value> {
  const { load, clock, ttl, max, keepsOnOutage = false } = options
  const entries = new Map<Key, Entry<Value>>()

  function put(key: Key, entry: Entry<Value>): void {
    entries.delete(key)
    entries.set(key, entry)
    if (entries.size > max) entries.delete(entries.keys().next().value as Key) // size > 0
  }

  function loadNew(key: Key): Promise<Value> {
    const entry: Entry<Value> = { value: load(key), staleAt: clock.now() + ttl }
    put(key, entry)
    entry.value.then(
      (value) => Object.assign(entry, { loaded: value }),
      () => entries.get(key) === entry && entries.delete(key),
    )
    return entry.value
  }

  /** One load at a time; meanwhile, and while the store is down, the value before stands. */
  function loadAgain(key: Key, before: Entry<Value>): Promise<Value> {
    const staleAt = clock.now() + ttl
    const loading = load(key)
    const entry = { value: inTime(loading, before.value), staleAt: Infinity }
    put(key, entry)
    const settle = (settled: Entry<Value> | undefined) => {
      if (entries.get(key) !== entry) return
      entries.delete(key)
      if (settled) entries.set(key, settled)
    }
    loading.then(
      (loaded) => settle({ value: loading, loaded, staleAt }),
      // believed for a while again, or every request would ask a store that does not answer
      (error) => settle(isOutage(error) ? { ...before, staleAt: clock.now() + ttl } : undefined),
    )
    return entry.value
  }

  return {
    get(key) {
      const known = entries.get(key)
      if (known && known.staleAt > clock.now()) return known.value
      return known && keepsOnOutage ? loadAgain(key, known) : loadNew(key)
    },
    peek(key) {
      const known = entries.get(key)
      return known && known.staleAt > clock.now() ? known.loaded : undefined
    },
    forget: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  }
}

/** Milliseconds a value that is known already is waited for. */
const patience = 250

/** What is loaded, or the value before when that takes too long or the store is down. */
function inTime<Value>(loading: Promise<Value>, before: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(() => resolve(before), patience)
    loading
      .then(resolve, (error) => (isOutage(error) ? resolve(before) : reject(error)))
      .finally(() => clearTimeout(impatience))
  })
}

function isOutage(error: unknown): boolean {
  return error instanceof Unavailable
}
