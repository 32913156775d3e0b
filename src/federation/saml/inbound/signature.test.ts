import { before, describe } from 'node:test'
import { createSamlTestKey, type SamlTestKey } from '#test/support/saml-keys.ts'
import {
  assertion,
  idp,
  nextIdp,
  response,
  situation,
  stranger,
} from '#test/support/saml-messages.ts'
import { refuses, signedWith, swap } from '#test/support/saml-refusals.ts'
import { digestUris, resign, sign, signatureUris } from '#test/support/saml-signing.ts'

const { peer } = situation
const plain = () => response(assertion())
const x509 = (key: SamlTestKey) =>
  `<ds:X509Data><ds:X509Certificate>${key.certificate}</ds:X509Certificate></ds:X509Data>`

function by(key: SamlTestKey, keyInfo?: string): string {
  return sign(plain(), '_assertion1', { key, ...(keyInfo ? { keyInfo } : {}) })
}

/** Signed by the peer itself, otherwise than it should. */
function peerSigned(from: string | RegExp, to: string): string {
  return resign(signedWith(), (xml) => swap(xml, from, to))
}

const jwk = stranger.publicKey.export({ format: 'jwk' })
const keyValue = `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${jwk.n}</ds:Modulus><ds:Exponent>${jwk.e}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`

describe('a key that is not the peer’s (check 7)', () => {
  const holding = (...certificates: readonly string[]) => ({ peer: { ...peer, certificates } })
  refuses([
    ['a stranger’s', 'signature_invalid', () => by(stranger)],
    ['a stranger’s, with its certificate', 'signature_invalid', () => by(stranger, x509(stranger))],
    [
      'a stranger’s, with the peer’s certificate',
      'signature_invalid',
      () => by(stranger, x509(idp)),
    ],
    [
      'a stranger’s, with both',
      'signature_invalid',
      () => by(stranger, x509(idp) + x509(stranger)),
    ],
    ['a stranger’s, as KeyValue', 'signature_invalid', () => by(stranger, keyValue)],
    [
      'that of another tenant’s identity provider',
      'signature_invalid',
      () => by(nextIdp, x509(nextIdp)),
    ],
    [
      'a stranger’s, where the connection has none (samlify trusted KeyInfo)',
      'no_certificate',
      () => by(stranger, x509(stranger)),
      holding(),
    ],
    [
      'a certificate that is none',
      'certificate_unusable',
      () => signedWith(),
      holding('AAAA', 'not base64!'),
    ],
    [
      'a key for ECDSA where RSA signed',
      'signature_invalid',
      () => peerSigned(signatureUris.sha256, signatureUris.ecdsa),
    ],
  ])
})

describe('a weak key', () => {
  let weak: SamlTestKey
  before(async () => {
    weak = await createSamlTestKey({ rsa: 1024 })
  })
  const certificates = {
    get peer() {
      return { ...peer, certificates: [weak.certificate] }
    },
  }
  refuses([['RSA of 1024 bits', 'certificate_unusable', () => by(weak), certificates]])
})

describe('algorithms (check 6)', () => {
  const more = 'http://www.w3.org/2001/04/xmldsig-more#'
  const signedBy = (uri: string) => () => swap(signedWith(), signatureUris.sha256, uri)
  refuses([
    ['RSA-SHA1', 'algorithm_refused', () => sign(plain(), '_assertion1', { algorithm: 'sha1' })],
    [
      'a digest by SHA-1',
      'algorithm_refused',
      () => sign(plain(), '_assertion1', { digest: 'sha1' }),
    ],
    [
      'HMAC-SHA1, keyed with the certificate',
      'algorithm_refused',
      signedBy('http://www.w3.org/2000/09/xmldsig#hmac-sha1'),
    ],
    ['HMAC-SHA256', 'algorithm_refused', signedBy(`${more}hmac-sha256`)],
    ['RSA-MD5', 'algorithm_refused', signedBy(`${more}rsa-md5`)],
    ['none', 'algorithm_refused', signedBy('none')],
    ['an empty name', 'algorithm_refused', signedBy('')],
    ['a name of Object.prototype', 'algorithm_refused', signedBy('constructor')],
    [
      'a digest by MD5',
      'algorithm_refused',
      () => swap(signedWith(), digestUris.sha256, `${more}md5`),
    ],
    [
      'an HMACOutputLength',
      'algorithm_refused',
      () =>
        peerSigned(
          /(?<=SignatureMethod Algorithm="[^"]+")\/>/,
          '><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>',
        ),
    ],
  ])
})

describe('references and transforms (check 6)', () => {
  const reference = /<ds:Reference .*<\/ds:Reference>/s
  const one = reference.exec(signedWith())?.[0] ?? ''
  const uri = (value: string) => () => peerSigned('URI="#_assertion1"', `URI="${value}"`)
  const transforms = (inside: string) => () =>
    peerSigned(/(?<=<ds:Transforms>).*(?=<\/ds:Transforms>)/s, inside)
  const transform = (algorithm: string, inside = '') =>
    `<ds:Transform Algorithm="${algorithm}">${inside}</ds:Transform>`
  const enveloped = transform('http://www.w3.org/2000/09/xmldsig#enveloped-signature')
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
  const list = (prefixes: string) =>
    `<e:InclusiveNamespaces xmlns:e="${exclusive}" PrefixList="${prefixes}"/>`

  refuses([
    ['two', 'signature_malformed', () => peerSigned(one, one + one)],
    ['a hundred (samlify: 3.5 s)', 'signature_malformed', () => peerSigned(one, one.repeat(100))],
    ['one to the whole document', 'signature_reference', uri('')],
    ['one to the response', 'signature_reference', uri('#_response1')],
    ['one to another server', 'signature_reference', uri('https://evil.example/x')],
    ['an XPointer', 'signature_reference', uri("#xpointer(id('_assertion1'))")],
    ['a quote', 'signature_reference', uri("#_assertion1' or '1'='1")],
    ['none at all', 'signature_reference', () => peerSigned(' URI="#_assertion1"', '')],
    [
      'XSLT',
      'signature_transform',
      transforms(
        enveloped +
          transform('http://www.w3.org/TR/1999/REC-xslt-19991116', '<x:a xmlns:x="urn:x"/>'),
      ),
    ],
    [
      'XPath',
      'signature_transform',
      transforms(
        enveloped +
          transform('http://www.w3.org/TR/1999/REC-xpath-19991116', '<ds:XPath>1</ds:XPath>'),
      ),
    ],
    [
      '600 transforms (samlify: 4.4 s)',
      'signature_malformed',
      transforms(enveloped + transform(exclusive).repeat(600)),
    ],
    ['no enveloped signature', 'signature_transform', transforms(transform(exclusive))],
    ['no canonical form', 'signature_transform', transforms(enveloped)],
    [
      'the inclusive canonical form',
      'signature_transform',
      transforms(enveloped + transform('http://www.w3.org/TR/2001/REC-xml-c14n-20010315')),
    ],
    [
      'a canonical form with comments',
      'signature_transform',
      transforms(enveloped + transform(`${exclusive}WithComments`)),
    ],
    [
      'a canonical form of SignedInfo with comments',
      'signature_transform',
      () => peerSigned(/(?<=CanonicalizationMethod Algorithm=")[^"]+/, `${exclusive}WithComments`),
    ],
    [
      'a list of prefixes without end',
      'signature_transform',
      transforms(enveloped + transform(exclusive, list('a '.repeat(400)))),
    ],
    [
      'two lists of prefixes',
      'signature_transform',
      transforms(enveloped + transform(exclusive, list('a') + list('b'))),
    ],
    [
      'something in the enveloped signature',
      'signature_transform',
      transforms(
        transform('http://www.w3.org/2000/09/xmldsig#enveloped-signature', list('a')) +
          transform(exclusive),
      ),
    ],
  ])
})

describe('the shape of a signature (check 6)', () => {
  const signed = signedWith()
  const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signed)?.[0] ?? ''
  const atEnd = (inserted: string) => () =>
    swap(signedWith(), '</ds:Signature>', `${inserted}</ds:Signature>`)
  const digest = (to: string) => () => swap(signedWith(), /(?<=<ds:DigestValue>)[^<]+/, to)

  refuses([
    ['a comment in DigestValue (CVE-2025-29775)', 'markup_forbidden', digest('AA<!-- -->BB')],
    ['a processing instruction in DigestValue', 'markup_forbidden', digest('AA<?x y?>BB')],
    ['an element in DigestValue', 'signature_malformed', digest('AAAA<ds:b/>')],
    ['an empty DigestValue', 'signature_malformed', digest(' ')],
    [
      'two of DigestValue',
      'signature_malformed',
      () =>
        peerSigned('</ds:DigestValue>', '</ds:DigestValue><ds:DigestValue>AAAA</ds:DigestValue>'),
    ],
    [
      'two of SignedInfo, the forged one first (CVE-2025-29774)',
      'signature_malformed',
      () => swap(signed, info, swap(info, /(?<=DigestValue>)[^<]+/, 'AAAA') + info),
    ],
    [
      'two of SignedInfo, the forged one last',
      'signature_malformed',
      () => swap(signed, info, info + swap(info, /(?<=DigestValue>)[^<]+/, 'AAAA')),
    ],
    ['a SignedInfo in an Object', 'signature_malformed', atEnd(`<ds:Object>${info}</ds:Object>`)],
    ['a SignedInfo in KeyInfo’s place', 'signature_malformed', atEnd(info)],
    [
      'an empty SignatureValue',
      'signature_malformed',
      () => swap(signed, /(?<=<ds:SignatureValue>)[^<]+/, ''),
    ],
    [
      'a SignatureValue that is no base64',
      'signature_malformed',
      () => swap(signed, /(?<=<ds:SignatureValue>)[^<]+/, '****'),
    ],
    [
      'two of SignatureValue',
      'signature_malformed',
      atEnd('<ds:SignatureValue>AAAA</ds:SignatureValue>'),
    ],
    ['two of KeyInfo', 'signature_malformed', atEnd('<ds:KeyInfo/><ds:KeyInfo/>')],
    [
      'a RetrievalMethod',
      'signature_malformed',
      atEnd('<ds:KeyInfo><ds:RetrievalMethod URI="https://evil.example/"/></ds:KeyInfo>'),
    ],
    [
      'a KeyInfo of 60 elements',
      'signature_malformed',
      atEnd(`<ds:KeyInfo>${'<ds:a/>'.repeat(60)}</ds:KeyInfo>`),
    ],
    ['a Manifest', 'signature_malformed', atEnd('<ds:KeyInfo><ds:Manifest/></ds:KeyInfo>')],
    [
      'an Algorithm of another namespace before the one (xml-crypto takes the first)',
      'signature_malformed',
      () =>
        peerSigned(
          '<ds:DigestMethod ',
          `<ds:DigestMethod xmlns:x="urn:x" x:Algorithm="${digestUris.sha1}" `,
        ),
    ],
    [
      'an element between',
      'signature_malformed',
      () => swap(signed, '<ds:SignatureValue>', '<ds:x/><ds:SignatureValue>'),
    ],
    [
      'a response that a stranger signed around what the peer signed',
      'signature_invalid',
      () => sign(signed, '_response1', { key: stranger }),
    ],
    [
      'a broken signature around a good one',
      'signature_invalid',
      () =>
        swap(
          sign(signed, '_response1'),
          /Version="2\.0" IssueInstant="/,
          'Consent="urn:x" Version="2.0" IssueInstant="',
        ),
    ],
    [
      'a good signature around a broken one',
      'signature_invalid',
      () => sign(swap(signed, 'ada@acme.test', 'eve@acme.test'), '_response1'),
    ],
  ])
})
