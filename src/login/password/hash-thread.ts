import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Unavailable } from '#kit/errors.ts'
import type { HashDone, HashJob, HashRunner } from './hashing.ts'

export type HashOrder = { readonly id: number; readonly job: HashJob }
/** Without `done`: it failed. */
export type HashAnswer = { readonly id: number; readonly done?: HashDone }

type Waiting = PromiseWithResolvers<HashDone> & { readonly id: number }

/** MiB. It holds a few passwords at a time. */
const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 }

const ownScript = new URL('hash-worker.ts', import.meta.url)

/**
 * In a thread that does nothing else: the next hash begins the moment one ends, however busy those who serve are. It
 * begins with the first job, and keeps no process alive that waits for none. What it had in hand as it died is refused
 * with `Unavailable`; the next job begins another.
 */
export function createHashThread(width: number, script = ownScript): HashRunner {
  let thread: Worker | undefined
  let waiting: Waiting[] = []
  let last = 0

  function begin(): Worker {
    const options = { workerData: { width }, env: ownEnv(), execArgv: [], resourceLimits }
    const worker = new Worker(script, options)
    const died = (cause: unknown) => lose(worker, cause)
    return worker.on('message', settle).once('error', died).once('exit', died)
  }

  function settle({ id, done }: HashAnswer): void {
    const place = waiting.findIndex((each) => each.id === id)
    const [one] = waiting.splice(place, 1)
    if (waiting.length === 0) thread?.unref()
    if (done) one?.resolve(done)
    else one?.reject(new Unavailable('password'))
  }

  function lose(worker: Worker, cause: unknown): void {
    if (worker !== thread) return
    const lost = waiting
    thread = undefined
    waiting = []
    for (const { reject } of lost) reject(new Unavailable('password', { cause }))
  }

  return (job) => {
    const one: Waiting = { ...Promise.withResolvers<HashDone>(), id: (last += 1) }
    waiting.push(one)
    thread ??= begin()
    thread.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.postMessage({ id: one.id, job } satisfies HashOrder)
    return one.promise
  }
}

/** No secret of the process goes along; what was compiled before does: 15 MB less than compiling it again (measured). */
function ownEnv(): NodeJS.ProcessEnv {
  const compiled = getCompileCacheDir()
  return compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) }
}
