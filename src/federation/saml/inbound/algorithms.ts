import { constants, verify, type KeyObject } from 'node:crypto'

/**
 * What a signature may be made with (check 6). SECURITY: no SHA-1, no MD5, no `none`; no HMAC, for which a public key would be
 * the secret.
 */
type Algorithm = {
  readonly hash: 'sha256' | 'sha512'
  readonly key: 'rsa' | 'ec'
  readonly options: object
}

const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
}
const more = 'http://www.w3.org/2001/04/xmldsig-more#'

const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  [`${more}rsa-sha256`, { hash: 'sha256', key: 'rsa', options: {} }],
  [`${more}rsa-sha512`, { hash: 'sha512', key: 'rsa', options: {} }],
  // RFC 9231 §2.3.10: as long a salt as the hash
  [
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
    { hash: 'sha256', key: 'rsa', options: pss },
  ],
  // RFC 9231 §2.3.6: both numbers side by side, not DER
  [`${more}ecdsa-sha256`, { hash: 'sha256', key: 'ec', options: { dsaEncoding: 'ieee-p1363' } }],
  [`${more}ecdsa-sha512`, { hash: 'sha512', key: 'ec', options: { dsaEncoding: 'ieee-p1363' } }],
])

export const digestAlgorithms: readonly string[] = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]

export function isSignatureAlgorithm(uri: string): boolean {
  return algorithms.has(uri)
}

/** True when one of the keys made it; a key of another kind than the algorithm's is never tried. */
export function isSignedBy(
  keys: readonly KeyObject[],
  { algorithm: uri, octets, signature }: Signed,
): boolean {
  const algorithm = algorithms.get(uri)
  if (!algorithm) return false
  return keys
    .filter((key) => key.asymmetricKeyType === algorithm.key)
    .some((key) => verify(algorithm.hash, octets, { key, ...algorithm.options }, signature))
}

export type Signed = {
  readonly algorithm: string
  readonly octets: Buffer
  readonly signature: Buffer
}
