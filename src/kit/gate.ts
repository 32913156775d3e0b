import { randomInt } from 'node:crypto'
import { Unavailable } from './errors.ts'

/**
 * Lets `width` tasks run at once and `queue` more wait; the next is refused before it costs anything, and so is who has
 * waited for as long as anybody would (R14).
 */
export type Gate = {
  run<T>(task: () => Promise<T>): Promise<T>
  /** Throws what `run` would refuse with now: asked before anything else is done for a task. */
  admit(): void
  /** Tasks that wait now. */
  readonly waiting: number
}

export function createGate(options: {
  readonly name: string
  readonly width: number
  readonly queue: number
  /** Milliseconds one waits at most. */
  readonly patience?: number
}): Gate {
  const { name, width, queue, patience = 5000 } = options
  const waiters: (() => void)[] = []
  let running = 0

  /** Not all at the same moment: who is turned away together would be turned away together again. */
  const refusal = () => new Unavailable(name, { retryAfter: randomInt(1, 6) })

  function admit(): void {
    if (running >= width && waiters.length >= queue) throw refusal()
  }

  async function enter(): Promise<void> {
    admit()
    if (running >= width) return turn() // the leaver hands its place over
    running += 1
  }

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = () => {
        clearTimeout(impatience)
        resolve()
      }
      const impatience = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1)
        reject(refusal())
      }, patience)
      waiters.push(waiter)
    })
  }

  function leave(): void {
    const next = waiters.shift()
    if (next) next()
    else running -= 1
  }

  return {
    admit,
    async run(task) {
      await enter()
      try {
        return await task()
      } finally {
        leave()
      }
    },
    get waiting() {
      return waiters.length
    },
  }
}
