import { epochSeconds, type Clock } from '#kit/clock.ts'

/** Stops asking who does not answer: one per connection, for its documents and keys; never for a sign-in itself (Q76). */
export type Breaker = {
  /** False while nobody should ask. */
  mayTry(): boolean
  succeeded(): void
  failed(): void
}

/** Failures in a row that open it, and seconds until one more try. */
const threshold = 3
const pause = 30

export function createBreaker(clock: Clock): Breaker {
  let failures = 0
  let failedAt = 0
  return {
    mayTry: () => failures < threshold || epochSeconds(clock) >= failedAt + pause,
    succeeded() {
      failures = 0
    },
    failed() {
      failures += 1
      failedAt = epochSeconds(clock)
    },
  }
}
