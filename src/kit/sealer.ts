import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/**
 * Seals what must be read back (private keys, TOTP secrets, password hashes) with AES-256-GCM (Q31, Q87).
 * The row's place is associated data, so a ciphertext copied to another row, table or tenant does not open.
 */
export type Sealer = {
  /** `place` names the row: `[tenant, table, column, id]`. */
  seal(plaintext: string, place: readonly string[]): string
  /** Throws when the text was changed, moved, or sealed under a secret that is no longer known. */
  open(sealed: string, place: readonly string[]): string
}

/** Derives purpose-bound keys from the one configured secret (HKDF, RFC 5869). */
export type KeyDeriver = {
  /** 32 bytes of the current secret for a purpose. The same words give the same key in every process. */
  derive(...purpose: readonly string[]): Buffer
  /** The same for every secret still accepted, current first. */
  deriveAll(...purpose: readonly string[]): readonly Buffer[]
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/** `secrets`: current first; the rest still open what they sealed. Each at least 32 bytes. */
export function createKeyDeriver(secrets: readonly Uint8Array[]): KeyDeriver {
  if (secrets.length === 0) throw new TypeError('at least one secret is needed')
  // prepared once: each use of a key in bytes costs several times the work (measured)
  const prepared = secrets.map((secret) => createSecretKey(secret)) as [KeyObject, ...KeyObject[]] // length checked above
  const one = (secret: KeyObject, purpose: readonly string[]) =>
    Buffer.from(hkdfSync('sha256', secret, 'signet', purpose.join('\0'), 32))
  return {
    derive: (...purpose) => one(prepared[0], purpose),
    deriveAll: (...purpose) => prepared.map((secret) => one(secret, purpose)),
  }
}

const ivBytes = 12
const tagBytes = 16

export function createSealer(keys: KeyDeriver): Sealer {
  const prepared = keys.deriveAll('seal').map((key) => createSecretKey(key))
  const [current, ...previous] = prepared as [KeyObject, ...KeyObject[]] // never empty, see above

  return {
    seal(plaintext, place) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', current, iv)
      cipher.setAAD(placeBytes(place))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
    },

    open(sealed, place) {
      for (const key of [current, ...previous]) {
        const plaintext = tryOpen(key, sealed, place)
        if (plaintext !== undefined) return plaintext
      }
      throw new SealBroken(`a sealed value does not open at ${place.slice(0, -1).join('/')}`)
    },
  }
}

function tryOpen(key: KeyObject, sealed: string, place: readonly string[]): string | undefined {
  if (!sealed.startsWith('v1.')) return undefined
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  if (bytes.length < ivBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
  decipher.setAAD(placeBytes(place))
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  try {
    const body = bytes.subarray(ivBytes + tagBytes)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

// JSON keeps the parts apart: ['a', 'bc'] and ['ab', 'c'] are different places.
function placeBytes(place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8')
}
