import { AppError } from '#kit/errors.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'

/** More than two hands can cause. */
const mostRaces = 20

/**
 * Reads, changes and writes what is kept of a conversation, as one step. False when `change` gives undefined: there was
 * nothing to write. Whoever answers a hundred times at once is told to wait: that is no failure of ours (Q92).
 */
export async function rewrite(
  { ephemeral, key, lifetime }: Place,
  change: (before: string | undefined) => string | undefined,
): Promise<boolean> {
  for (let race = 0; race < mostRaces; race += 1) {
    const before = await ephemeral.get(key)
    const after = change(before)
    if (after === undefined) return false
    const isWritten =
      before === undefined
        ? await ephemeral.add(key, after, lifetime)
        : await ephemeral.swap(key, before, after)
    if (isWritten) return true
  }
  throw new AppError({
    code: 'interaction.too_many_at_once',
    status: 429,
    message: 'Too many answers came at once. Try again.',
    retryAfter: 1,
  })
}

type Place = {
  readonly ephemeral: Ephemeral
  readonly key: EphemeralKey
  /** Seconds from the first write on. */
  readonly lifetime: number
}
