import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'

/** Settings of Node itself, before anything else is loaded. */
export function tuneRuntime(): void {
  // Two fifths of a start are compiling.
  enableCompileCache()
  // Sized only once. Hashing takes a thread a core at most; names, files and RSA signatures must find others free (F15).
  process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 6)
  // What is alive is 40 MB; by itself V8 lets three times as much gather before it looks, and never gives it back.
  setFlagsFromString('--heap-growing-percent=30')
}
