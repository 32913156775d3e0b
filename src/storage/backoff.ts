import { randomInt } from 'node:crypto'

/**
 * Milliseconds to wait before connection attempt `attempt` (from 1): doubling from 100 ms to at most 3 s, halved by
 * chance, so that many processes do not come back in step.
 */
export function backoff(attempt: number): number {
  const ceiling = Math.min(100 * 2 ** Math.min(attempt - 1, 10), 3000)
  return randomInt(Math.ceil(ceiling / 2), ceiling + 1)
}
