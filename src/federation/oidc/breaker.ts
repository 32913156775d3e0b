import { epochSeconds, type Clock } from '#kit/clock.ts'

/** Stops asking who does not answer: one per connection, for its documents and keys; never for a sign-in itself (Q76). */
export type Breaker = {
  /** False while nobody should ask. */
  mayTry(): boolean
  succeeded(): void
  failed(detail: string): void
  state(): BreakerState
}

export type BreakerState = {
  /** Failures in a row. */
  readonly failures: number
  /** Epoch seconds. */
  readonly lastSuccess: number | undefined
  readonly lastFailure: number | undefined
  /** Stable; of the last failure. */
  readonly reason: string | undefined
}

/** Failures in a row that open it, and seconds until one more try. */
const threshold = 3
const pause = 30

export function createBreaker(clock: Clock): Breaker {
  let state: BreakerState = {
    failures: 0,
    lastSuccess: undefined,
    lastFailure: undefined,
    reason: undefined,
  }
  return {
    mayTry: () =>
      state.failures < threshold || epochSeconds(clock) >= (state.lastFailure ?? 0) + pause,
    succeeded() {
      state = { ...state, failures: 0, lastSuccess: epochSeconds(clock) }
    },
    failed(reason) {
      const failures = state.failures + 1
      state = { ...state, failures, lastFailure: epochSeconds(clock), reason }
    },
    state: () => state,
  }
}
