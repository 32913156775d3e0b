import type { Clock } from '#kit/clock.ts'
import { randomToken } from '#kit/random.ts'

export type OneTime<Value> = {
  /** A random word that stands for it for a while. */
  add(value: Value): string
  /** At most once. */
  take(word: string): Value | undefined
}

const most = 100

/** In memory: a restart forgets who was on the way. `lifetime`: milliseconds. */
export function createOneTime<Value>(lifetime: number, clock: Clock): OneTime<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: number }>()

  return {
    add(value) {
      const word = randomToken()
      kept.set(word, { value, until: clock.now() + lifetime })
      if (kept.size > most) kept.delete(kept.keys().next().value as string) // size > 0
      return word
    },
    take(word) {
      const found = kept.get(word)
      kept.delete(word)
      return found && clock.now() < found.until ? found.value : undefined
    },
  }
}
