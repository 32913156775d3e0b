import { setTimeout as delay } from 'node:timers/promises'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Breaker } from './breaker.ts'
import { Refused, type ProblemCode } from './problem.ts'

/**
 * A document of the other side as it was read last. While it is good nobody waits for the network; when it should be renewed
 * and that fails or takes long, the old one stands, for a day at most (Q76).
 */
export type Copy<Value> = {
  /** Throws `Refused` when there is none and none can be had. */
  get(): Promise<Value>
  /** Reads it anew, at most once a minute: what is asked for was not in it (an unknown key). */
  renew(): Promise<Value>
  /** Reads it now, breaker or not: an administrator asks. What was kept stands when that fails. */
  refresh(): Promise<Value>
  state(): CopyState
}

export type CopyState = {
  /** Epoch seconds. */
  readonly readAt: number | undefined
  /** After `readAt`: what was kept is used because nothing newer could be had. */
  readonly failedAt: number | undefined
  readonly problem: Refused | undefined
}

type CopyOptions<Value> = {
  /** One try, in a bounded time. */
  readonly load: () => Promise<Value>
  readonly unavailable: ProblemCode
  readonly breaker: Breaker
  readonly clock: Clock
  /** Seconds it is believed unasked. */
  readonly fresh: number
  readonly onRead?: ((outcome: 'success' | 'failure') => void) | undefined
}

/** Seconds the last good one stands while the other side does not answer. */
const stale = 24 * 3600
/** Seconds between two renewals that somebody's token asked for: whoever sends unknown keys makes no flood of them. */
const leastBetween = 60
/** Milliseconds somebody waits for a newer one where there is an old one. */
const patience = 1000

type Kept<Value> = { readonly value: Value; readonly at: number }

export function createCopy<Value>(options: CopyOptions<Value>): Copy<Value> {
  const { load, unavailable, breaker, clock, fresh, onRead } = options
  let kept: Kept<Value> | undefined
  let failed: { readonly at: number; readonly problem: Refused } | undefined
  let loading: Promise<Value> | undefined
  let triedAt = -Infinity

  async function loadOnce(): Promise<Value> {
    triedAt = epochSeconds(clock)
    try {
      const value = await load()
      kept = { value, at: epochSeconds(clock) }
      failed = undefined
      breaker.succeeded()
      onRead?.('success')
      return value
    } catch (error) {
      const problem = error instanceof Refused ? error : new Refused(unavailable)
      failed = { at: epochSeconds(clock), problem }
      breaker.failed()
      onRead?.('failure')
      throw error
    } finally {
      loading = undefined
    }
  }

  /** One at a time, whoever asks. */
  function refresh(): Promise<Value> {
    if (loading) return loading
    loading = loadOnce()
    loading.catch(() => undefined) // whoever waits is told; nobody may be waiting any more
    return loading
  }

  function reload(): Promise<Value> {
    if (loading || breaker.mayTry()) return refresh()
    return Promise.reject(new Refused(unavailable, 'breaker_open'))
  }

  const ageOf = ({ at }: Kept<Value>): number => epochSeconds(clock) - at

  return {
    async get() {
      if (!kept || ageOf(kept) >= stale) return reload()
      if (ageOf(kept) < fresh) return kept.value
      const { value } = kept
      return Promise.race([
        reload().catch(() => value),
        delay(patience, value, { ref: false }), // never keeps a process alive
      ])
    },
    async renew() {
      const isTooSoon = epochSeconds(clock) - triedAt < leastBetween
      return kept && isTooSoon ? kept.value : reload()
    },
    refresh,
    state: () => ({ readAt: kept?.at, failedAt: failed?.at, problem: failed?.problem }),
  }
}
