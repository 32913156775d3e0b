import { Unavailable } from './errors.ts'

/**
 * Lets `width` tasks run at once and `queue` more wait; the next is refused before it costs anything, and so is who has
 * waited for as long as anybody would (R14).
 */
export type Gate = {
  run<T>(task: () => Promise<T>): Promise<T>
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

  async function enter(): Promise<void> {
    if (running < width) {
      running += 1
      return
    }
    if (waiters.length >= queue) throw new Unavailable(name)
    await turn() // the leaver hands its place over
  }

  function turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = () => {
        clearTimeout(impatience)
        resolve()
      }
      const impatience = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1)
        reject(new Unavailable(name))
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
