import { argon2id, hash, needsRehash } from 'argon2'
import type { PasswordConfig } from '#config/config.ts'
import type { Clock } from '#kit/clock.ts'
import type { Gate } from '#kit/gate.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { normalizePassword, type PasswordHasher } from './password.ts'
import { verifyHash } from './verify-hash.ts'

/** Bytes (Q30). */
const saltLength = 16
const hashLength = 32

/** argon2id with salt and hash of these lengths in base64; an imported one may be shorter. */
const currentForm = /^\$argon2id\$v=19\$[^$]+\$[^$]{22}\$[^$]{43}$/

/**
 * `gate` bounds what runs and waits: argon2 shares its threads with every file, name and signature of the process (F15).
 */
export function createPasswordHasher(deps: {
  readonly config: PasswordConfig
  readonly gate: Gate
  readonly clock: Clock
  readonly metrics?: Pick<Metrics, 'passwordHashed'> | undefined
}): PasswordHasher {
  const { config, gate, clock, metrics } = deps
  const parameters = {
    memoryCost: config.memory,
    timeCost: config.time,
    parallelism: config.parallelism,
  }

  const dummy = dummyPhc(config)

  async function measured<T>(work: () => Promise<T>): Promise<T> {
    const start = clock.now()
    const result = await work()
    metrics?.passwordHashed((clock.now() - start) / 1000)
    return result
  }

  /**
   * SECURITY: a hash of other parameters, or of another system, is never answered sooner than for an account there is not:
   * what everybody costs is done beside it, in the same turn (Q73). It is hashed again at the first sign-in.
   */
  async function verifyOld(phc: string, password: string): Promise<boolean> {
    const usual = measured(() => verifyHash(dummy, password))
    const [matches] = await Promise.all([verifyHash(phc, password), usual])
    return matches
  }

  const needsNewHash = (phc: string) => !currentForm.test(phc) || needsRehash(phc, parameters)

  return {
    admit: () => gate.admit(),

    hash(password) {
      const options = { ...parameters, type: argon2id, hashLength } as const
      return gate.run(() => measured(() => hash(normalizePassword(password), options)))
    },

    verify(phc, password) {
      const typed = normalizePassword(password)
      return gate.run(() =>
        needsNewHash(phc) ? verifyOld(phc, typed) : measured(() => verifyHash(phc, typed)),
      )
    },

    needsRehash: needsNewHash,

    dummy,
  }
}

function dummyPhc({ memory, time, parallelism }: PasswordConfig): string {
  const nothing = (bytes: number) => Buffer.alloc(bytes).toString('base64').replace(/=+$/, '')
  const parameters = `m=${memory},p=${parallelism},t=${time}`
  return `$argon2id$v=19$${parameters}$${nothing(saltLength)}$${nothing(hashLength)}`
}
