import { createECDH, createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { KeyDeriver } from '#kit/sealer.ts'

const dsig = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ecdsa = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } as const

/** The same at every start: Signet keeps our metadata longer than this process lives. */
export function demoSigningKey(keys: KeyDeriver): KeyObject {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(keys.derive('demo', 'saml'))
  const point = ecdh.getPublicKey()
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url')
  const d = ecdh.getPrivateKey().toString('base64url').padStart(43, 'A')
  const key = { kty: 'EC', crv: 'P-256', d, x: part(1, 33), y: part(33, 65) }
  return createPrivateKey({ format: 'jwk', key })
}

/** Base64 of DER: a frame for the key, which SAML metadata wants. */
export async function certificateOf(privateKey: KeyObject, now: number): Promise<string> {
  await import('reflect-metadata') // which @peculiar/x509 wants to find
  const { X509CertificateGenerator, Name } = await import('@peculiar/x509')
  const { kty, crv, x, y } = privateKey.export({ format: 'jwk' })
  const known = { kty: String(kty), crv: String(crv), x: String(x), y: String(y) }
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: new Name([{ CN: ['Acme, for the demo'] }]),
    notBefore: new Date(now - 24 * 3600_000),
    notAfter: new Date(now + 3650 * 24 * 3600_000),
    signingAlgorithm: ecdsa,
    keys: {
      privateKey: privateKey.toCryptoKey(ecdsa, true, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', known, ecdsa, true, ['verify']),
    },
  })
  return certificate.toString('base64')
}

/**
 * An enveloped signature (XML Signature §4) for an element that is in its canonical form already: attributes sorted, no
 * empty-element tags, every namespace declared where it is used first. It stands after the Issuer.
 */
export function signElement(element: string, id: string, key: KeyObject): string {
  const digest = createHash('sha256').update(element).digest('base64')
  const inside = [
    `<ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod>`,
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"></ds:SignatureMethod>',
    `<ds:Reference URI="#${id}"><ds:Transforms>`,
    `<ds:Transform Algorithm="${dsig}enveloped-signature"></ds:Transform>`,
    `<ds:Transform Algorithm="${exclusive}"></ds:Transform></ds:Transforms>`,
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>',
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
  ].join('')
  const info = `<ds:SignedInfo xmlns:ds="${dsig}">${inside}</ds:SignedInfo>`
  const value = sign('sha256', Buffer.from(info), { key, dsaEncoding: 'ieee-p1363' })
  const signature = `<ds:Signature xmlns:ds="${dsig}"><ds:SignedInfo>${inside}</ds:SignedInfo><ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue></ds:Signature>`
  return element.replace('</saml:Issuer>', `</saml:Issuer>${signature}`)
}
