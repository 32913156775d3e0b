import type { Clock } from '#kit/clock.ts'

/** A clock that stands still until a test moves it. */
export type FakeClock = Clock & {
  advance(ms: number): void
  set(ms: number): void
}

/** Starts at 2030-01-01, so that a test which forgets to inject the clock is far off and fails. */
export function createFakeClock(startMs = Date.UTC(2030, 0, 1)): FakeClock {
  let now = startMs
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
    set: (ms) => void (now = ms),
  }
}
