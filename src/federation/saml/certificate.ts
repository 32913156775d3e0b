import { X509Certificate, type KeyObject } from 'node:crypto'

/**
 * A certificate in SAML is a key in a frame: who signed it and when it is over decide nothing (SAML Metadata IOP §2.6), what
 * key it holds does. Gives undefined for what is no certificate.
 */
export function readCertificate(text: string): X509Certificate | undefined {
  const base64 = text.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(base64) || base64.length > 16_384) return undefined
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

/** As people tell two certificates from each other, here and in what is mailed. */
export function shortFingerprint({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()
}

const curves = ['prime256v1', 'secp384r1', 'secp521r1']

/** Check 7: RSA of at least 2048 bits, or an elliptic curve of at least 256. */
export function isStrongKey(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= 2048 && modulusLength <= 8192
  return key.asymmetricKeyType === 'ec' && curves.includes(namedCurve)
}
