import { AppError } from '#kit/errors.ts'
import type { Ephemeral, EphemeralKey } from '#storage/storage.ts'

/** More than two hands can cause. */
const mostRaces = 20

/**
 * Reads, changes and writes what is kept of a conversation, as one step: what was written; undefined when `change` gives
 * undefined and there was nothing to write. Whoever answers a hundred times at once is told to wait: that is no failure of ours (Q92).
 */
export async function rewrite(
  { ephemeral, key, lifetime, known }: Place,
  change: (before: string | undefined) => string | undefined,
): Promise<string | undefined> {
  for (let race = 0; race < mostRaces; race += 1) {
    const before = known && race === 0 ? known.text : await ephemeral.get(key)
    const after = change(before)
    if (after === undefined) return undefined
    const isWritten =
      before === undefined
        ? await ephemeral.add(key, after, lifetime)
        : await ephemeral.swap(key, before, after)
    if (isWritten) return after
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
  /** What this request read there: spares reading it again, unless somebody changed it since. */
  readonly known?: { readonly text: string | undefined } | undefined
}
