import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '#telemetry/telemetry.ts'

/** Worker processes that share the port, replaced when one dies. */
export type Workers = {
  /** Resolves when every worker accepts connections. */
  start(): Promise<void>
  /** Lets each end its requests; resolves when all are gone. */
  stop(): Promise<void>
}

/** Resolves once so many accept connections, whichever they are: one that dies before is replaced. */
function countListening(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    cluster.on('listening', function heard() {
      left -= 1
      if (left > 0) return
      cluster.off('listening', heard)
      resolve()
    })
  })
}

/** Milliseconds before a dead worker is replaced: one that cannot start must not keep a core busy. */
const restPause = 1000

export function createWorkers(options: {
  readonly count: number
  readonly logger: Logger
}): Workers {
  const { count, logger } = options
  let isStopping = false

  function fork(): Worker {
    const worker = cluster.fork()
    worker.once('exit', (code, signal) => {
      if (isStopping) return
      logger.error('a worker died and is replaced', {
        worker: worker.id,
        status: code ?? undefined,
        signal: signal ?? undefined,
      })
      void wait(restPause).then(() => isStopping || fork())
    })
    return worker
  }

  return {
    async start() {
      const listening = countListening(count)
      for (let n = 0; n < count; n += 1) fork()
      await listening
    },
    async stop() {
      isStopping = true
      const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      await Promise.all(
        workers.map(async (worker) => {
          const gone = once(worker, 'exit')
          worker.process.kill('SIGTERM')
          await gone
        }),
      )
    },
  }
}
