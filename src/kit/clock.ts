/** The only source of time. Injected everywhere, so that tests move it instead of sleeping. */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

// oxlint-disable-next-line no-restricted-properties -- the one home of the system clock
export const systemClock: Clock = { now: () => Date.now() }

/** Whole seconds since the Unix epoch, as in `NumericDate` (RFC 7519 §2). */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}
