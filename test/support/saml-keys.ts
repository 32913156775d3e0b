import { generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto'
import 'reflect-metadata'
import { Name, X509CertificateGenerator } from '@peculiar/x509'

/** Keys that live as long as a test, in the frames SAML wants. */
export type SamlTestKey = {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Base64 of DER, as metadata carries it. */
  readonly certificate: string
}

type Kind = { readonly rsa: number } | { readonly curve: 'P-256' | 'P-384' }

export async function createSamlTestKey(
  kind: Kind = { rsa: 2048 },
  notAfter = new Date('2126-01-01'),
): Promise<SamlTestKey> {
  const { privateKey, publicKey } =
    'rsa' in kind
      ? generateKeyPairSync('rsa', { modulusLength: kind.rsa })
      : generateKeyPairSync('ec', { namedCurve: kind.curve })
  const algorithm =
    'rsa' in kind
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', hash: 'SHA-256', namedCurve: kind.curve }
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: new Name([{ CN: ['SAML test'] }]),
    notBefore: new Date('2020-01-01'),
    notAfter,
    signingAlgorithm: algorithm,
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
  })
  return { privateKey, publicKey, certificate: certificate.toString('base64') }
}

export function pemOf({ certificate }: SamlTestKey): string {
  return new X509Certificate(Buffer.from(certificate, 'base64')).toString()
}
