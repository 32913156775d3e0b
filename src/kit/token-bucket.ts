import type { Clock } from './clock.ts'

/**
 * Lets a source do `capacity` things at once and `perSecond` in the long run. In this process only: for floods, where
 * asking a store would be part of the damage. Whatever must hold across processes is a `Throttle`.
 */
export type TokenBucket = {
  /** Takes one token; otherwise the whole seconds until there is one. */
  take(source: string): { readonly allowed: true } | { readonly allowed: false; retryAfter: number }
}

/** Sources remembered. One more forgets whoever was quiet the longest. */
const mostSources = 50_000

type Level = { readonly tokens: number; readonly at: number }

export function createTokenBucket(options: {
  readonly capacity: number
  readonly perSecond: number
  readonly clock: Clock
}): TokenBucket {
  const { capacity, perSecond, clock } = options
  const levels = new Map<string, Level>()

  function levelOf(source: string, now: number): number {
    const known = levels.get(source)
    if (!known) return capacity
    return Math.min(capacity, known.tokens + ((now - known.at) / 1000) * perSecond)
  }

  return {
    take(source) {
      const now = clock.now()
      const tokens = levelOf(source, now)
      if (tokens < 1) {
        return { allowed: false, retryAfter: Math.ceil((1 - tokens) / perSecond) }
      }
      levels.delete(source)
      levels.set(source, { tokens: tokens - 1, at: now })
      if (levels.size > mostSources) levels.delete(levels.keys().next().value as string) // not empty
      return { allowed: true }
    },
  }
}
