import { availableParallelism } from 'node:os'
import type { Defaults } from '#config/defaults.ts'

// One core stays free for everything else: hashing saturates the ones it is given.
const hashWidth = Math.max(1, availableParallelism() - 1)

/** What holds in every environment unless its own file says otherwise. */
export const defaults = {
  settings: {
    PORT: '3000',
    HOST: '127.0.0.1',
    SIGNET_DATA_DIR: './data',
    MANAGEMENT_PORT: '9000',
    WORKERS: '1',
    LOG_LEVEL: 'info',
  },
  tuning: {
    demo: undefined,
    // Milliseconds. With the pause before it, below the 30 s an orchestrator waits before it kills (R10).
    drain: 20_000,
    pool: { max: 10, durable: 2, relaxed: 1 },
    // Q30. The queue is about two seconds of work; beyond it a sign-in is told to come back (R14).
    password: { memory: 19_456, time: 2, parallelism: 1, width: hashWidth, queue: 80 * hashWidth },
  },
} as const satisfies Defaults
