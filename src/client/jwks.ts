import { createPublicKey } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import { hasUnstorableEscape } from '#kit/text.ts'

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
const knownTypes = new Set(['EC', 'OKP', 'RSA'])

/** Why a client's JWK Set cannot be registered; undefined when it can. */
export function jwksProblem(jwks: unknown): string | undefined {
  if (!isObject(jwks) || !Array.isArray(jwks['keys']))
    return 'must be a JWK Set: an object with keys'
  const keys: readonly unknown[] = jwks['keys']
  const text = JSON.stringify(jwks)
  if (keys.length > 20 || text.length > 64 * 1024) return 'must hold at most 20 keys and 64 KiB'
  if (hasUnstorableEscape(text)) return 'must hold clean text'
  for (const key of keys) {
    const problem = jwkProblem(key)
    if (problem !== undefined) return `keys[${keys.indexOf(key)}] ${problem}`
  }
  // RFC 7517 §5: keys of an unknown type are passed over. A set of nothing else is of no use.
  return keys.some((key) => isObject(key) && knownTypes.has(String(key['kty'])))
    ? undefined
    : 'must hold at least one EC, OKP or RSA key'
}

function jwkProblem(jwk: unknown): string | undefined {
  if (!isObject(jwk) || typeof jwk['kty'] !== 'string') return 'must be a JSON Web Key'
  if (jwk['kty'] === 'oct') return 'must not be a symmetric key'
  // RFC 7591 §2: public keys. A private one that was sent here is known to more than its owner.
  if (privateMembers.some((member) => member in jwk))
    return 'must not hold a private key; this one has been disclosed, make a new one'
  if (['alg', 'use', 'kid'].some((name) => !isTextOrAbsent(jwk[name])))
    return 'must have text in alg, use and kid'
  if (!isCertificateChainOrAbsent(jwk['x5c'])) return 'must have base64 texts in x5c'
  return knownTypes.has(jwk['kty']) ? materialProblem(jwk) : undefined
}

function materialProblem(jwk: JsonWebKey): string | undefined {
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' })
    const bits = asymmetricKeyDetails?.modulusLength
    return bits !== undefined && bits < 2048 ? 'must have at least 2048 bits' : undefined
  } catch {
    return 'must be a valid public key'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value !== '' && value.length <= 256)
}

function isCertificateChainOrAbsent(value: unknown): boolean {
  if (value === undefined) return true
  return Array.isArray(value) && value.every((part) => typeof part === 'string' && part !== '')
}
