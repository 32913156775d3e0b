import { needsRehash } from 'argon2'
import type { PasswordConfig } from '#config/config.ts'
import type { Gate } from '#kit/gate.ts'
import type { Metrics } from '#telemetry/telemetry.ts'
import { hashLength, saltLength, type HashDone, type HashRunner } from './hashing.ts'
import { normalizePassword, type PasswordHasher } from './password.ts'

/** argon2id with salt and hash of these lengths in base64; an imported one may be shorter. */
const currentForm = /^\$argon2id\$v=19\$[^$]+\$[^$]{22}\$[^$]{43}$/

/**
 * `gate` bounds what runs and waits (R14); let in one more than `run` carries out at once, and none has to wait for us to
 * hand over the next.
 */
export function createPasswordHasher(deps: {
  readonly config: PasswordConfig
  readonly gate: Gate
  readonly run: HashRunner
  readonly metrics?: Pick<Metrics, 'passwordHashed'> | undefined
}): PasswordHasher {
  const { config, gate, run, metrics } = deps
  const parameters = {
    memoryCost: config.memory,
    timeCost: config.time,
    parallelism: config.parallelism,
  }

  const dummy = dummyPhc(config)

  function tell({ result, seconds }: HashDone): string | boolean {
    metrics?.passwordHashed(seconds)
    return result
  }

  const needsNewHash = (phc: string) => !currentForm.test(phc) || needsRehash(phc, parameters)

  return {
    admit: () => gate.admit(),

    async hash(typed) {
      const password = normalizePassword(typed)
      const job = { kind: 'hash', password, parameters: config } as const
      return String(tell(await gate.run(() => run(job))))
    },

    /**
     * SECURITY: a hash of other parameters, or of another system, is never answered sooner than for an account there is not:
     * what everybody costs is done beside it (Q73). It is hashed again at the first sign-in.
     */
    async verify(phc, typed) {
      const password = normalizePassword(typed)
      const decoy = needsNewHash(phc) ? dummy : undefined
      const job = { kind: 'verify', phc, password, decoy } as const
      return tell(await gate.run(() => run(job))) === true
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
