import { parentPort, workerData } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

/** One comparison in a thread of its own; see `bcrypt.ts`. */
const { text, password } = workerData as { readonly text: string; readonly password: string }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(compareSync(password, text))
