import { argon2id, hash } from 'argon2'
import type { PasswordConfig } from '#config/config.ts'
import { createGate } from '#kit/gate.ts'
import { verifyHash } from './verify-hash.ts'

export type HashParameters = Pick<PasswordConfig, 'memory' | 'time' | 'parallelism'>

/** Bytes (Q30). */
export const saltLength = 16
export const hashLength = 32

/** What is asked of a password, which was normalised. */
export type HashJob = HashingJob | VerifyingJob

/** argon2id, as a PHC string. */
type HashingJob = {
  readonly kind: 'hash'
  readonly password: string
  readonly parameters: HashParameters
}

/** See `verifyHash`. */
type VerifyingJob = {
  readonly kind: 'verify'
  readonly phc: string
  readonly password: string
  /** Computed beside it, in the same turn: the answer waits for both. */
  readonly decoy?: string | undefined
}

/** Seconds without the wait for its turn. */
export type HashDone = { readonly result: string | boolean; readonly seconds: number }

/** Carries out so many at once, and the rest in the order they came. */
export type HashRunner = (job: HashJob) => Promise<HashDone>

/** On the threads every file, name and signature of the process shares (F15). */
export function createHashRunner(width: number): HashRunner {
  const gate = createGate({ name: 'password', width, queue: Infinity, patience: Infinity })
  return (job) =>
    gate.run(async () => {
      const start = performance.now()
      const result = await (job.kind === 'hash' ? compute(job) : verify(job))
      return { result, seconds: (performance.now() - start) / 1000 }
    })
}

function compute({ password, parameters }: HashingJob): Promise<string> {
  const { memory: memoryCost, time: timeCost, parallelism } = parameters
  return hash(password, { memoryCost, timeCost, parallelism, type: argon2id, hashLength })
}

async function verify({ phc, password, decoy }: VerifyingJob): Promise<boolean> {
  if (decoy === undefined) return verifyHash(phc, password)
  const both = [verifyHash(phc, password), verifyHash(decoy, password)]
  const [matches] = await Promise.all(both)
  return matches === true
}
