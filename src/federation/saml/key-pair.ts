import type { Clock } from '#kit/clock.ts'
import type { SamlKeyPair } from './saml.ts'

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 3072,
}

/** Ten years: what ends is the key, and that is the connection's to decide. Expired certificates stop sign-ins at some peers. */
const lifetime = 10 * 365 * 24 * 3600 * 1000

/** A new RSA key of 3072 bits and its certificate in the name of `subject`. Takes about a second of one core. */
export async function createSamlKeyPair(subject: string, clock: Clock): Promise<SamlKeyPair> {
  const { X509CertificateGenerator, Name } = await loadX509()
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: new Name([{ CN: [subject.slice(0, longestName)] }]),
    notBefore: new Date(clock.now()),
    notAfter: new Date(clock.now() + lifetime),
    signingAlgorithm: algorithm,
    keys,
  })
  const privateKey = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { privateKey: pemOf('PRIVATE KEY', privateKey), certificate: certificate.toString('pem') }
}

/** RFC 5280 appendix A.1, ub-common-name. */
const longestName = 64

/** Only where a key is made: it costs a start 200 ms. */
async function loadX509() {
  await import('reflect-metadata') // which @peculiar/x509 wants to find
  return import('@peculiar/x509')
}

function pemOf(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
