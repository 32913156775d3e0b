import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from 'argon2'
import { verifyBcrypt } from './bcrypt.ts'
import { readPasswordHash, type Pbkdf2Hash, type ScryptHash } from './imported-hash.ts'

const derivePbkdf2 = promisify(pbkdf2)

/** Compares a normalised password with a hash of our own or an imported one. False for a hash that cannot be read. */
export async function verifyHash(phc: string, password: string): Promise<boolean> {
  if (isArgon2(phc)) return verifyArgon2(phc, password)
  const read = readPasswordHash(phc)
  if (read.outcome === 'refused') return false
  const { hash } = read
  switch (hash.scheme) {
    case 'argon2':
      return verifyArgon2(hash.phc, password)
    case 'bcrypt':
      return verifyBcrypt(hash.text, password)
    case 'scrypt':
      return timingSafeEqual(await deriveScrypt(hash, password), hash.tag)
    case 'pbkdf2':
      return timingSafeEqual(await deriveKey(hash, password), hash.tag)
  }
}

function isArgon2(phc: string): boolean {
  return phc.startsWith('$argon2')
}

function deriveKey(
  { salt, tag, iterations, digest }: Pbkdf2Hash,
  password: string,
): Promise<Buffer> {
  return derivePbkdf2(password, salt, iterations, tag.length, digest)
}

function deriveScrypt(hash: ScryptHash, password: string): Promise<Buffer> {
  const { cost, blockSize, parallelization, salt, tag } = hash
  // what the algorithm needs, and room for what the library adds
  const maxmem = 128 * blockSize * (cost + parallelization + 2)
  const options = { cost, blockSize, parallelization, maxmem }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, tag.length, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}
