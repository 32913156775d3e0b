import type { Clock } from './clock.ts'

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
}): Cache<Key, Value> {
  const { load, clock, ttl, max } = options
  const entries = new Map<Key, Entry<Value>>()

  return {
    get(key) {
      const known = entries.get(key)
      if (known && known.staleAt > clock.now()) return known.value
      const entry = { value: load(key), staleAt: clock.now() + ttl }
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
