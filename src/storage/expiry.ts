import { setImmediate as nextTurn } from 'node:timers/promises'
import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { Logger } from '#telemetry/telemetry.ts'

/** Removes at most `limit` things that expired before `before` (epoch seconds); how many were removed. */
export type Remover = (before: number, limit: number) => Promise<number>

export type ExpiryJob = {
  /** Removes everything that is due now, batch by batch; how many were removed. */
  runOnce(): Promise<number>
  /** From now on by itself. */
  start(): void
  /** Resolves when nothing is removed any more. */
  stop(): Promise<void>
}

/**
 * Keeps tables from growing with what is over. Reads never depend on it. Small batches: each is a short lock and a short
 * pause for the others. Any number of processes may run it at once.
 */
export function createExpiryJob(deps: {
  readonly removers: Readonly<Record<string, Remover>>
  readonly clock: Clock
  readonly logger?: Logger | undefined
  /** Seconds a thing is kept after its expiry. */
  readonly grace?: number
  /** Milliseconds between runs. */
  readonly interval?: number
  readonly batch?: number
}): ExpiryJob {
  const { removers, clock, logger, grace = 60, interval = 60_000, batch = 5000 } = deps
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()

  async function drain(remove: Remover): Promise<number> {
    const before = epochSeconds(clock) - grace
    for (let total = 0; ;) {
      const count = await remove(before, batch)
      total += count
      if (count < batch || stopped) return total
      await nextTurn() // the embedded database never yields to sockets and timers by itself
    }
  }

  async function runOnce(): Promise<number> {
    let total = 0
    for (const [job, remove] of Object.entries(removers)) {
      try {
        const count = await drain(remove)
        total += count
        if (count > 0) logger?.debug('expired entries were removed', { job, count })
      } catch (error) {
        logger?.warn('expired entries could not be removed', { job, err: error })
      }
    }
    return total
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = runOnce().then(() => (stopped ? undefined : schedule()))
    }, interval).unref()
  }

  return {
    runOnce,
    start: schedule,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
