import type { Clock } from './clock.ts'
import { Unavailable } from './errors.ts'

/**
 * Remembers loaded values for a short time, one load in flight per key.
 * A failed load is not remembered; `forget` also discards a load that is under way.
 */
export type Cache<Key, Value> = {
  get(key: Key): Promise<Value>
  forget(key: Key): void
  clear(): void
}

type Entry<Value> = { readonly value: Promise<Value>; readonly staleAt: number }

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

  /** The value before, believed for a while again, or every request would wait for a store that does not answer. */
  function keep(key: Key, failed: Entry<Value>, before: Entry<Value>): Promise<Value> {
    if (entries.get(key) === failed) entries.set(key, { ...before, staleAt: clock.now() + ttl })
    return before.value
  }

  return {
    get(key) {
      const known = entries.get(key)
      if (known && known.staleAt > clock.now()) return known.value
      const value: Promise<Value> = load(key).catch((error: unknown) => {
        if (!keepsOnOutage || !known || !(error instanceof Unavailable)) throw error
        return keep(key, entry, known)
      })
      const entry: Entry<Value> = { value, staleAt: clock.now() + ttl }
      entries.delete(key)
      entries.set(key, entry)
      if (entries.size > max) entries.delete(entries.keys().next().value as Key) // size > 0
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      return entry.value
    },
    forget: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  }
}
