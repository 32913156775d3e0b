import { Worker } from 'node:worker_threads'
import { Unavailable } from '#kit/errors.ts'

/** What bcrypt reads of a password, in bytes; the rest it would ignore. */
const mostBytes = 72

/**
 * Pure JavaScript needs up to a second of a whole core, so it runs in a thread that ends with it: happens once for each
 * imported person. SECURITY: a longer password is never right, or every other with the same beginning would be as well
 * (Q32, Okta 2024); it takes as long as any other.
 */
export async function verifyBcrypt(text: string, password: string): Promise<boolean> {
  const isWhole = Buffer.byteLength(password) <= mostBytes
  const matches = await compareInThread({ text, password: isWhole ? password : '' })
  return isWhole && matches
}

function compareInThread(workerData: { text: string; password: string }): Promise<boolean> {
  const options = { workerData, env: {}, execArgv: [] } // no secret of the process goes along
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('bcrypt-worker.ts', import.meta.url), options)
    const fail = (cause: unknown) => reject(new Unavailable('password', { cause }))
    worker.once('message', (matches) => resolve(matches === true))
    worker.once('error', fail)
    worker.once('exit', fail) // after an answer, nobody listens any more
  })
}
