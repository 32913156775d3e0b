import { constants, createSign, sign as signOctets, type KeyObject } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { DOMParser } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import type { SamlTestKey } from './saml-keys.ts'
import { idp } from './saml-messages.ts'

const more = 'http://www.w3.org/2001/04/xmldsig-more#'
const dsig = 'http://www.w3.org/2000/09/xmldsig#'

export const signatureUris = {
  sha1: `${dsig}rsa-sha1`,
  sha256: `${more}rsa-sha256`,
  sha512: `${more}rsa-sha512`,
  pss: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  ecdsa: `${more}ecdsa-sha256`,
  ecdsa512: `${more}ecdsa-sha512`,
} as const
export type SignatureName = keyof typeof signatureUris

export const digestUris = {
  sha1: `${dsig}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const

const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
}
const makers: Readonly<Record<SignatureName, (octets: Buffer, key: KeyObject) => Buffer>> = {
  sha1: (octets, key) => createSign('RSA-SHA1').update(octets).sign(key),
  sha256: (octets, key) => signOctets('sha256', octets, key),
  sha512: (octets, key) => signOctets('sha512', octets, key),
  pss: (octets, key) => signOctets('sha256', octets, { key, ...pss }),
  ecdsa: (octets, key) => signOctets('sha256', octets, { key, dsaEncoding: 'ieee-p1363' }),
  ecdsa512: (octets, key) => signOctets('sha512', octets, { key, dsaEncoding: 'ieee-p1363' }),
}

export type SigningOptions = {
  readonly key?: SamlTestKey
  readonly algorithm?: SignatureName
  readonly digest?: keyof typeof digestUris
  /** What stands in KeyInfo; undefined: none. */
  readonly keyInfo?: string
  readonly prefixes?: readonly string[]
  readonly prefix?: string
}

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** Signs the element with this ID, and puts the signature after its Issuer. */
export function sign(xml: string, id: string, options: SigningOptions = {}): string {
  const { key = idp, algorithm = 'sha256', digest = 'sha256', prefix = 'ds', keyInfo } = options
  const uri = signatureUris[algorithm]
  const signer = new SignedXml({
    privateKey: key.privateKey,
    signatureAlgorithm: uri,
    canonicalizationAlgorithm: exclusive,
    getKeyInfoContent: () => keyInfo ?? null,
  })
  signer.SignatureAlgorithms = { [uri]: makerOf(algorithm) }
  const xpath = `//*[@ID='${id}']`
  signer.addReference({
    xpath,
    digestAlgorithm: digestUris[digest],
    transforms: [`${dsig}enveloped-signature`, exclusive],
    ...(options.prefixes ? { inclusiveNamespacesPrefixList: [...options.prefixes] } : {}),
  })
  const location = { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' } as const
  signer.computeSignature(xml, { ...(prefix ? { prefix } : {}), location })
  const signed = signer.getSignedXml()
  return options.prefixes ? resign(signed, withoutStrayPrefixes, key) : signed
}

/** xml-crypto writes the list into every transform; it belongs to the canonical form only. */
function withoutStrayPrefixes(xml: string): string {
  return xml.replace(/(enveloped-signature")><InclusiveNamespaces[^>]*\/><\/[^>]+>/, '$1/>')
}

function makerOf(algorithm: SignatureName) {
  return class {
    getAlgorithmName(): string {
      return signatureUris[algorithm]
    }

    getSignature(material: unknown, key: unknown): string {
      return makers[algorithm](Buffer.from(String(material)), key as KeyObject).toString('base64')
    }

    verifySignature(): never {
      throw new Error('Only signs')
    }
  }
}

/** Changes a message that was signed by RSA-SHA256 and signs its (first) SignedInfo anew, digests left as they are. */
export function resign(xml: string, edit: (xml: string) => string, key: SamlTestKey = idp): string {
  const edited = edit(xml)
  const dom = new DOMParser({ errorHandler: () => undefined }).parseFromString(edited, 'text/xml')
  const [info] = Array.from(dom.getElementsByTagNameNS(dsig, 'SignedInfo'))
  const Canonicalization = new SignedXml().CanonicalizationAlgorithms[exclusive]
  if (!info || !Canonicalization) throw new Error('Nothing to sign')
  const octets = Buffer.from(String(new Canonicalization().process(info, {})))
  const value = makers.sha256(octets, key.privateKey).toString('base64')
  return edited.replace(/(<(?:\w+:)?SignatureValue>)[^<]*/, `$1${value}`)
}

export type RedirectOptions = {
  readonly parameter?: 'SAMLRequest' | 'SAMLResponse'
  readonly relayState?: string
  readonly key?: SamlTestKey
  readonly algorithm?: SignatureName
  readonly escape?: (text: string) => string
  /** Instead of the compressed text. */
  readonly message?: string
}

/** A signed query of the Redirect binding (SAML Bindings §3.4.4.1). */
export function redirect(xml: string, options: RedirectOptions = {}): string {
  const { parameter = 'SAMLRequest', key = idp, algorithm = 'sha256' } = options
  const escape = options.escape ?? encodeURIComponent
  const octets = [
    `${parameter}=${escape(options.message ?? deflate(xml))}`,
    ...(options.relayState === undefined ? [] : [`RelayState=${escape(options.relayState)}`]),
    `SigAlg=${escape(signatureUris[algorithm])}`,
  ].join('&')
  const signature = makers[algorithm](Buffer.from(octets), key.privateKey).toString('base64')
  return `${octets}&Signature=${escape(signature)}`
}

export function deflate(xml: string): string {
  return deflateRawSync(xml).toString('base64')
}
