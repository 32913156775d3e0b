/** Work that runs again and again by itself, never twice at once, and does not keep the process alive. */
export type Repeating = {
  start(): void
  /** Starts nothing more and waits for what is running. */
  stop(): Promise<void>
}

export function createRepeating(options: {
  readonly work: () => Promise<unknown>
  /** Milliseconds from the end of one run to the beginning of the next. */
  readonly pause: number
  readonly onError: (error: unknown) => void
}): Repeating {
  const { work, pause, onError } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let stopped = false

  function schedule(): void {
    if (stopped) return
    timer = setTimeout(run, pause).unref()
  }

  function run(): void {
    running = work().catch(onError).finally(schedule)
  }

  return {
    start: schedule,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
