import { setTimeout as delay } from 'node:timers/promises'
import { Unavailable } from '#kit/errors.ts'

/** Waits for `answer` at most `timeout` ms; a late answer is ignored. */
export async function answersWithin(answer: Promise<unknown>, timeout: number): Promise<void> {
  const patience = new AbortController()
  const late = delay(timeout, undefined, { signal: patience.signal }).then(() => {
    throw new Unavailable('storage')
  })
  late.catch(() => undefined) // also rejects when it is no longer waited for
  try {
    await Promise.race([answer, late])
  } finally {
    patience.abort()
  }
}
