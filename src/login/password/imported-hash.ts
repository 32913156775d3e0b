import {
  atMost,
  between,
  numbersOf,
  parsePhc,
  Refused,
  unpadded,
  withLengths,
  withoutVersion,
  type Phc,
} from './phc.ts'

/**
 * A password hash another system made. Read strictly and only within bounds: who imports it decides how much work every
 * try against it costs us, and one that takes a minute is a weapon. What passes takes about a second at most.
 */
export type ImportedHash = Argon2Hash | BcryptHash | ScryptHash | Pbkdf2Hash

/** As a PHC string: the library reads it itself. */
type Argon2Hash = { readonly scheme: 'argon2'; readonly phc: string }

/** In modular crypt form: `$2b$10$…`. */
type BcryptHash = { readonly scheme: 'bcrypt'; readonly text: string }

export type ScryptHash = Salted & {
  readonly scheme: 'scrypt'
  /** N */
  readonly cost: number
  /** r */
  readonly blockSize: number
  /** p */
  readonly parallelization: number
}

export type Pbkdf2Hash = Salted & {
  readonly scheme: 'pbkdf2'
  readonly digest: string
  readonly iterations: number
}

type Salted = { readonly salt: Buffer; readonly tag: Buffer }

export type ReadHash =
  | { readonly outcome: 'read'; readonly hash: ImportedHash }
  /** For the operator: follows the name of the field, and never quotes the hash. */
  | { readonly outcome: 'refused'; readonly reason: string }

/** Bytes. */
const saltLength = { from: 8, to: 64 }
const tagLength = { from: 16, to: 64 }

/** KiB, and KiB times passes: 64 MiB with t=3 (RFC 9106 §4) passes, 2 GiB does not. */
const argon2Memory = 128 * 1024
const argon2Work = 512 * 1024
/** N*r and N*r*p: 2^17 with r=8 (128 MiB) passes. */
const scryptMemory = 2 ** 20
const scryptWork = 2 ** 21
/** Fewer were never advised (RFC 8018 §4.2). */
const iterations = { from: 1000, to: 2_000_000 }
const bcryptCost = { from: 4, to: 14 }

/**
 * Reads bcrypt (`$2a$`, `$2b$`, `$2y$`, or PHC), scrypt (`ln`, `r`, `p`), PBKDF2 (`pbkdf2-sha1`, `-sha256`, `-sha512` with `i`)
 * and argon2 (`argon2i`, `argon2d`, `argon2id`).
 */
export function readPasswordHash(text: string): ReadHash {
  try {
    return { outcome: 'read', hash: text.startsWith('$2') ? readBcrypt(text) : readPhc(text) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { outcome: 'refused', reason: error.message }
  }
}

function readPhc(text: string): ImportedHash {
  const phc = parsePhc(text)
  const reader = phc && readers.get(phc.id)
  if (reader) return reader(phc)
  const kinds = 'bcrypt, scrypt, PBKDF2 or argon2'
  throw new Refused(`is not a ${kinds} hash in the form $id$parameters$salt$hash`)
}

const readers: ReadonlyMap<string, (phc: Phc) => ImportedHash> = new Map([
  ['argon2i', readArgon2],
  ['argon2d', readArgon2],
  ['argon2id', readArgon2],
  ['bcrypt', readPhcBcrypt],
  ['scrypt', readScrypt],
  ['pbkdf2-sha1', (phc: Phc) => readPbkdf2(phc, 'sha1', 20)],
  ['pbkdf2-sha256', (phc: Phc) => readPbkdf2(phc, 'sha256', 32)],
  ['pbkdf2-sha512', (phc: Phc) => readPbkdf2(phc, 'sha512', 64)],
])

function readArgon2(phc: Phc): ImportedHash {
  const { text, version = 16, parameters } = phc
  withLengths(phc, saltLength, tagLength)
  const [memory, passes, lanes] = numbersOf(parameters, ['m', 't', 'p'])
  if (version !== 16 && version !== 19) throw new Refused('is of an unknown version of argon2')
  between('p', lanes, { from: 1, to: 16 })
  between('t', passes, { from: 1, to: argon2Work })
  between('m', memory, { from: 8 * lanes, to: argon2Memory })
  atMost('m times t', memory * passes, argon2Work)
  return { scheme: 'argon2', phc: text }
}

function readScrypt(phc: Phc): ImportedHash {
  const { parameters, salt, tag } = phc
  withoutVersion(phc)
  withLengths(phc, saltLength, tagLength)
  const [ln, blockSize, parallelization] = numbersOf(parameters, ['ln', 'r', 'p'])
  between('ln', ln, { from: 10, to: 20 })
  between('r', blockSize, { from: 1, to: 64 })
  between('p', parallelization, { from: 1, to: 64 })
  const cost = 2 ** ln
  atMost('2^ln times r', cost * blockSize, scryptMemory)
  atMost('2^ln times r times p', cost * blockSize * parallelization, scryptWork)
  return { scheme: 'scrypt', cost, blockSize, parallelization, salt, tag }
}

function readPbkdf2(phc: Phc, digest: string, digestLength: number): ImportedHash {
  const { parameters, salt, tag } = phc
  withoutVersion(phc)
  withLengths(phc, saltLength, tagLength)
  const length = parameters.get('l')
  const [rounds] = numbersOf(new Map([...parameters].filter(([name]) => name !== 'l')), ['i'])
  if (length !== undefined && length !== tag.length) {
    throw new Refused('has a length l that is not the one of its hash')
  }
  between('i', rounds, iterations)
  const blocks = Math.ceil(tag.length / digestLength)
  atMost('i times the blocks of the hash', rounds * blocks, iterations.to)
  return { scheme: 'pbkdf2', digest, iterations: rounds, salt, tag }
}

function readBcrypt(text: string): ImportedHash {
  const cost = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/.exec(text)?.[1]
  if (cost === undefined)
    throw new Refused('is not bcrypt as $2a$, $2b$ or $2y$, cost, salt and hash')
  between('the cost', Number(cost), bcryptCost)
  return { scheme: 'bcrypt', text }
}

/** `v` is the letter of its version, `r` the cost. */
function readPhcBcrypt(phc: Phc): ImportedHash {
  const { version = 98, parameters, salt, tag } = phc
  withLengths(phc, { from: 16, to: 16 }, { from: 23, to: 23 })
  const [cost] = numbersOf(parameters, ['r'])
  const letter = String.fromCharCode(version)
  const digits = String(cost).padStart(2, '0')
  return readBcrypt(`$2${letter}$${digits}$${bcryptText(salt)}${bcryptText(tag)}`)
}

/** The same six bits a letter as base64, in an order of its own. */
function bcryptText(bytes: Buffer): string {
  const order = (start: string) =>
    `${start}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789`
  const [ours, theirs] = [`${order('')}+/`, order('./')]
  return Array.from(unpadded(bytes), (letter) => theirs[ours.indexOf(letter)]).join('')
}
