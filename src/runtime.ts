import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'

/**
 * What Node and the C library read only as they start (measured on Postgres and Redis, after 10,000 logins: 440 MB without,
 * 180 MB with them): V8's young generation of 8 MB instead of 16, and one heap for all threads, because each of the thread
 * pool's keeps the 19 MiB of the last hash it computed.
 */
export const startSettings = {
  options: ['--max-semi-space-size=8'],
  env: { MALLOC_ARENA_MAX: '1' },
} as const

type Started = Pick<NodeJS.Process, 'platform' | 'env' | 'argv' | 'execArgv' | 'execPath'> & {
  /** Somebody holds the other end of a channel to this process: a supervisor, or `--watch`. */
  readonly isSupervised: boolean
}

/** Settings of Node itself, before anything else is loaded. */
export function tuneRuntime(): void {
  // Two fifths of a start are compiling.
  enableCompileCache()
  // Sized only once. Hashing takes a thread a core at most; names, files and RSA signatures must find others free (F15).
  process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 6)
  // What is alive is 40 MB; by itself V8 lets three times as much gather before it looks, and never gives it back.
  setFlagsFromString('--heap-growing-percent=30')
}

/** Begins again with `startSettings`, as the same process, unless it has them: 40 ms. Commands end before it would matter. */
export function startTuned(): void {
  const again = settled({ ...process, isSupervised: process.channel !== undefined })
  if (again) process.execve?.(process.execPath, again.argv, again.env)
}

/** How to begin again; undefined where that is not possible, not wanted, or done. */
export function settled({ platform, env, argv, execArgv, execPath, isSupervised }: Started) {
  const isServer = argv.length === 2
  if (platform === 'win32' || isSupervised || !isServer) return undefined
  // Whoever sets them, here or before us, has decided.
  if (env['MALLOC_ARENA_MAX'] !== undefined) return undefined
  return {
    argv: [execPath, ...startSettings.options, ...execArgv, ...argv.slice(1)],
    env: { ...env, ...startSettings.env },
  }
}
