import { parentPort, workerData } from 'node:worker_threads'
import { createHashRunner } from './hashing.ts'
import type { HashAnswer, HashOrder } from './hash-thread.ts'

/** The other side of `hash-thread.ts`. */
const { width } = workerData as { readonly width: number }
const run = createHashRunner(width)

parentPort?.on('message', ({ id, job }: HashOrder) => {
  run(job).then(
    (done) => answer({ id, done }),
    () => answer({ id }),
  )
})

function answer(told: HashAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(told)
}
