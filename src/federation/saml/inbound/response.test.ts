import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encrypt } from '#test/support/saml-encryption.ts'
import { createSamlTestKey, pemOf } from '#test/support/saml-keys.ts'
import {
  assertion,
  at,
  attribute,
  audience,
  conditions,
  confirmation,
  encode,
  idp,
  nextIdp,
  now,
  ours,
  response,
  situation,
  uris,
} from '#test/support/saml-messages.ts'
import { resign, sign, signatureUris } from '#test/support/saml-signing.ts'
import { claimAssertion, readResponse, type SamlAssertion, type Situation } from './inbound.ts'

const { peer, self } = situation
const signed = () => sign(response(assertion()), '_assertion1')

describe('a response that is good', () => {
  const ecKey = createSamlTestKey({ curve: 'P-256' })
  const rollOver = { ...peer, certificates: [nextIdp.certificate, idp.certificate] }

  const good: readonly (readonly [
    what: string,
    xml: () => string,
    changed?: Partial<Situation>,
  ])[] = [
    ['with its assertion signed', signed],
    ['signed itself', () => sign(response(assertion()), '_response1')],
    ['both signed', () => sign(signed(), '_response1')],
    [
      'with a certificate in KeyInfo, which nobody reads',
      () =>
        sign(response(assertion()), '_assertion1', {
          keyInfo: `<ds:X509Data><ds:X509Certificate>${nextIdp.certificate}</ds:X509Certificate></ds:X509Data>`,
        }),
    ],
    ['by the second certificate, without KeyInfo', signed, { peer: rollOver }],
    ['with certificates in PEM', signed, { peer: { ...peer, certificates: [pemOf(idp)] } }],
    ['by RSA-PSS', () => sign(response(assertion()), '_assertion1', { algorithm: 'pss' })],
    [
      'by SHA-512',
      () => sign(response(assertion()), '_assertion1', { algorithm: 'sha512', digest: 'sha512' }),
    ],
    [
      'with other prefixes',
      () =>
        sign(
          response(assertion())
            .replaceAll('saml:', 'a:')
            .replaceAll('xmlns:a:', 'xmlns:a')
            .replaceAll('xmlns:saml=', 'xmlns:a=')
            .replaceAll('samlp:', 'p:')
            .replaceAll('xmlns:samlp=', 'xmlns:p='),
          '_assertion1',
          { prefix: '' },
        ),
    ],
    [
      'with a list of prefixes for values (Exclusive XML Canonicalization §4)',
      () =>
        sign(
          response(
            assertion({
              attributes: `<saml:Attribute Name="mail"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">ada@acme.test</saml:AttributeValue></saml:Attribute>`,
            }),
          ).replace(
            '<samlp:Response',
            '<samlp:Response xmlns:xs="http://www.w3.org/2001/XMLSchema"',
          ),
          '_assertion1',
          { prefixes: ['xs'] },
        ),
    ],
    [
      'with an XML declaration and line ends',
      () =>
        `<?xml version="1.0" encoding="UTF-8"?>\n${signed().replaceAll('<samlp:Status>', '\n<samlp:Status>\r\n  ')}`,
    ],
    [
      'whose base64 has line ends, inside and outside',
      () =>
        signed().replace(
          /<ds:SignatureValue>([^<]+)/,
          (_, value: string) => `<ds:SignatureValue>\n${value.match(/.{1,64}/g)?.join('\n')}\n`,
        ),
    ],
    [
      'with white space in its DigestValue',
      () => resign(signed(), (xml) => xml.replace(/<ds:DigestValue>/, '<ds:DigestValue>\n ')),
    ],
    [
      'that begins inside the skew',
      () => signedWith({ conditions: conditions({ NotBefore: at(0.9) }) }),
    ],
    [
      'that ended inside the skew',
      () =>
        signedWith({
          conditions: conditions({ NotOnOrAfter: at(-0.9) }),
          confirmations: confirmation({ NotOnOrAfter: at(-0.9) }),
        }),
    ],
    [
      'with two confirmations, one of which is ours',
      () =>
        signedWith({
          confirmations: confirmation({ Recipient: 'https://other.example/acs' }) + confirmation(),
        }),
    ],
    [
      'for several audiences',
      () => signedWith({ conditions: conditions({}, audience('urn:other', self.entityId)) }),
    ],
    [
      'without bounds in its Conditions',
      () =>
        signedWith({ conditions: conditions({ NotBefore: undefined, NotOnOrAfter: undefined }) }),
    ],
    [
      'without Destination, when only the assertion is signed',
      () =>
        sign(
          response(assertion(), { values: { Destination: undefined }, issuer: '' }),
          '_assertion1',
        ),
    ],
    ['encrypted by AES-256-GCM', () => response(encrypt(sign(assertion(), '_assertion1')))],
    [
      'encrypted by AES-128-GCM, RSA-OAEP with SHA-256, the key beside',
      () =>
        response(
          encrypt(sign(assertion(), '_assertion1'), {
            content: 'aes128-gcm',
            transport: 'oaep-sha256',
            beside: true,
          }),
        ),
    ],
    [
      'encrypted by AES-CBC and signed around it',
      () => sign(response(encrypt(assertion(), { content: 'aes128-cbc' })), '_response1'),
    ],
    [
      'encrypted by AES-CBC and signed inside, where that is allowed',
      () => response(encrypt(sign(assertion(), '_assertion1'), { content: 'aes256-cbc' })),
      { peer: { ...peer, allowsUnauthenticatedCbc: true } },
    ],
    [
      'encrypted for the key before',
      () => response(encrypt(sign(assertion(), '_assertion1'))),
      { self: { ...self, decryptionKeys: [nextIdp.privateKey, ours.privateKey] } },
    ],
  ]

  for (const [what, xml, changed] of good)
    it(`is taken ${what}`, () => {
      const told = take(xml(), { ...situation, ...changed })
      assert.equal(told.nameId.value, 'ada-42')
      assert.deepEqual(told.attributes.get('mail'), ['ada@acme.test'])
      assert.equal(told.inResponseTo, '_request1')
    })

  it('is taken by ECDSA', async () => {
    const key = await ecKey
    const xml = sign(response(assertion()), '_assertion1', { key, algorithm: 'ecdsa' })
    const told = take(xml, { ...situation, peer: { ...peer, certificates: [key.certificate] } })
    assert.deepEqual(told.facts.signatureAlgorithms, [signatureUris.ecdsa])
  })

  it('is taken unasked where they may begin', () => {
    const open = { ...situation, peer: { ...peer, allowsUnsolicited: true } }
    const read = readResponse({ ...open, encoded: encode(unsolicited()) })
    assert.ok(read.kind === 'arrived')
    assert.equal(read.inResponseTo, undefined)
    const claimed = claimAssertion(read.assertion, 'unsolicited', open.peer)
    assert.equal(claimed.kind, 'claimed')
  })

  it('tells who it is, since when and until when, and what it says of them', () => {
    const groups =
      attribute('groups', 'a', 'b') + attribute('groups', 'c') + attribute('__proto__', 'x')
    const nested =
      '<saml:Attribute Name="targetedId"><saml:AttributeValue><saml:NameID>t</saml:NameID></saml:AttributeValue></saml:Attribute>'
    const told = take(signedWith({ attributes: groups + nested }), situation)
    const { attributes, facts, ...rest } = told
    assert.deepEqual(rest, {
      id: '_assertion1',
      responseId: '_response1',
      inResponseTo: '_request1',
      issuer: peer.entityId,
      nameId: {
        value: 'ada-42',
        format: uris.persistent,
        spNameQualifier: self.entityId,
      },
      sessionIndex: '_session1',
      sessionNotOnOrAfter: new Date(at(480)),
      authnInstant: new Date(at(-1)),
      authnContextClassRef: uris.password,
    })
    assert.deepEqual(
      [...attributes],
      [
        ['groups', ['a', 'b', 'c']],
        ['__proto__', ['x']],
        ['targetedId', []],
      ],
    )
    assert.equal(facts.signed, 'assertion')
    assert.equal(facts.encrypted, false)
  })

  it('tells how it was protected', () => {
    const sealed = response(encrypt(sign(assertion(), '_assertion1', { algorithm: 'sha512' })))
    const { facts } = take(sign(sealed, '_response1'), situation)
    assert.equal(facts.signed, 'both')
    assert.equal(facts.encrypted, true)
    assert.deepEqual(facts.signatureAlgorithms, [signatureUris.sha256, signatureUris.sha512])
    assert.match(facts.encryptionAlgorithms.join(' '), /aes256-gcm .*rsa-oaep-mgf1p/)
  })

  it('is remembered by issuer and id, until every clock finds it too old (check 16)', () => {
    const first = readResponse({ ...situation, encoded: encode(signed()) })
    const wrapped = sign(response(assertion(), { values: { ID: '_response2' } }), '_assertion1')
    const again = readResponse({ ...situation, encoded: encode(wrapped) })
    assert.ok(first.kind === 'arrived' && again.kind === 'arrived')
    assert.match(first.once.key, /^[\w-]{43}$/)
    assert.equal(first.once.key, again.once.key)
    assert.equal(first.once.until.getTime(), now + 12 * 60_000)
  })
})

function take(xml: string, given: Situation): SamlAssertion {
  const read = readResponse({ ...given, encoded: encode(xml) })
  assert.ok(read.kind === 'arrived', JSON.stringify(read))
  const claimed = claimAssertion(read.assertion, { requestId: '_request1' }, given.peer)
  assert.ok(claimed.kind === 'claimed', JSON.stringify(claimed))
  return claimed.assertion
}

function signedWith(parts: Parameters<typeof assertion>[0]): string {
  return sign(response(assertion(parts)), '_assertion1')
}

function unsolicited(): string {
  const inside = assertion({ confirmations: confirmation({ InResponseTo: undefined }) })
  return sign(response(inside, { values: { InResponseTo: undefined } }), '_assertion1')
}
