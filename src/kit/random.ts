import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** A bearer secret of `bytes` random bytes, base64url: only `[A-Za-z0-9_-]`, safe in Basic auth and URLs. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** An identifier that is unique but not secret. */
export function newId<Id extends string>(): Id {
  return randomUUID() as Id // a fresh identifier takes the brand its caller asks for
}

/** A number of 1 to `most`, any as likely as another. */
export function randomNumber(most: number): number {
  return randomInt(most) + 1
}

// No 0/O, 1/I/L: read aloud and typed from a screen without doubt.
const referenceAlphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** A reference code a person can read to a help desk, such as `7K3F-9QZD`. Not a secret. */
export function newReference(): string {
  const characters = Array.from(
    { length: 8 },
    () => referenceAlphabet[randomInt(referenceAlphabet.length)],
  )
  return `${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`
}
