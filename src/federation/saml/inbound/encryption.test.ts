import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encrypt } from '#test/support/saml-encryption.ts'
import { assertion, response, situation, stranger } from '#test/support/saml-messages.ts'
import { receive, refuses, swap } from '#test/support/saml-refusals.ts'
import { sign } from '#test/support/saml-signing.ts'

const signed = sign(assertion(), '_assertion1')
const { bare, signature } = cutSignature()
const around = (inside: string) => sign(response(inside), '_response1')

function cutSignature() {
  const [signature = ''] = /<ds:Signature .*<\/ds:Signature>/s.exec(signed) ?? []
  return { signature, bare: signed.replace(signature, '') }
}

describe('encrypted assertions (check 18)', () => {
  const evil = assertion({ values: { ID: '_evil' }, nameId: '<saml:NameID>admin</saml:NameID>' })
  const evilSigned = (inserted: string) => swap(evil, '</saml:Issuer>', `</saml:Issuer>${inserted}`)
  const object = `<ds:Object>${bare}</ds:Object></ds:Signature>`
  const encryptedKey = /<xenc:EncryptedKey>.*<\/xenc:EncryptedKey>/s
  const cbc = { content: 'aes128-cbc' } as const

  refuses([
    [
      'one that nobody signed: anybody can encrypt for us',
      'signature_missing',
      () => response(encrypt(assertion())),
    ],
    [
      'one that a stranger signed',
      'signature_invalid',
      () => response(encrypt(sign(assertion(), '_assertion1', { key: stranger }))),
    ],
    [
      'a tampered one',
      'signature_invalid',
      () => response(encrypt(swap(signed, 'ada-42', 'admin'))),
    ],
    [
      'a tampered one in a signed response',
      'signature_invalid',
      () => around(encrypt(swap(signed, 'ada-42', 'admin'))),
    ],
    [
      'one put into a signed response',
      'signature_invalid',
      () =>
        swap(
          around(encrypt(signed)),
          /<saml:EncryptedAssertion.*<\/saml:EncryptedAssertion>/s,
          encrypt(evil),
        ),
    ],
    [
      'the genuine one in an Object of the forged one’s signature',
      'message_nested',
      () => response(encrypt(evilSigned(swap(signature, '</ds:Signature>', object)))),
    ],
    ['two in one', 'not_well_formed', () => response(encrypt(signed + evil))],
    [
      'a whole response inside',
      'root_unexpected',
      () => response(encrypt(sign(response(assertion()), '_response1'))),
    ],
    [
      'an encrypted one inside',
      'message_nested',
      () =>
        around(
          encrypt(
            swap(
              assertion(),
              '<saml:Subject>',
              `<saml:Advice>${encrypt(signed)}</saml:Advice><saml:Subject>`,
            ),
          ),
        ),
    ],
    ['a DOCTYPE inside', 'markup_forbidden', () => response(encrypt(`<!DOCTYPE a>${signed}`))],
    [
      'SHA-1 inside',
      'algorithm_refused',
      () => response(encrypt(sign(assertion(), '_assertion1', { algorithm: 'sha1' }))),
    ],
    [
      'a prefix of the message around',
      'namespace_invalid',
      () => around(encrypt(swap(assertion(), / xmlns:saml="[^"]+"/, ''))),
    ],
    [
      'AES-CBC that nobody signed around',
      'encryption_unauthenticated',
      () => response(encrypt(signed, cbc)),
    ],
    [
      'RSA 1.5 (Bleichenbacher)',
      'encryption_refused',
      () => around(encrypt(signed, { transport: 'rsa-1_5' })),
    ],
    [
      '3DES',
      'encryption_refused',
      () => around(swap(encrypt(signed, cbc), 'aes128-cbc', 'tripledes-cbc')),
    ],
    [
      'another mask than hash',
      'encryption_refused',
      () => around(swap(encrypt(signed, { transport: 'oaep-sha256' }), 'mgf1sha256', 'mgf1sha1')),
    ],
    [
      'two keys',
      'encryption_refused',
      () =>
        around(
          swap(
            encrypt(signed),
            encryptedKey,
            `${encryptedKey.exec(encrypt(signed))?.[0]}`.repeat(2),
          ),
        ),
    ],
    ['no key', 'encryption_refused', () => around(swap(encrypt(signed), encryptedKey, ''))],
    [
      'content that lies elsewhere',
      'encryption_refused',
      () =>
        around(
          swap(
            encrypt(signed),
            /<xenc:CipherData>(?:(?!CipherData>).)*<\/xenc:CipherData><\/xenc:EncryptedData>/s,
            '<xenc:CipherData><xenc:CipherReference URI="https://evil.example/"/></xenc:CipherData></xenc:EncryptedData>',
          ),
        ),
    ],
    [
      'what is encrypted for another',
      'decryption_failed',
      () => around(encrypt(signed, { key: stranger })),
    ],
    [
      'what we have no key for',
      'decryption_failed',
      () => around(encrypt(signed)),
      { self: { ...situation.self, decryptionKeys: [] } },
    ],
    [
      'a key of another length than the algorithm’s',
      'decryption_failed',
      () => around(swap(encrypt(signed), 'aes256-gcm', 'aes128-gcm')),
    ],
    [
      'too little for a nonce and a tag',
      'decryption_failed',
      () =>
        around(
          swap(
            encrypt(signed),
            /(?<=<xenc:CipherValue>)[^<]+(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
            'AAAA',
          ),
        ),
    ],
    [
      'octets that are no text',
      'decryption_failed',
      () => around(encrypt('', { octets: Buffer.from([0xff, 0xfe]) })),
    ],
  ])

  it('says the same of all that fails where AES-CBC is not authenticated: an oracle needs two', () => {
    const lax = { ...situation, peer: { ...situation.peer, allowsUnauthenticatedCbc: true } }
    const sealed = encrypt(signed, cbc)
    const value =
      /(?<=<xenc:CipherValue>)[^<]+(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/
    const octets = Buffer.from(value.exec(sealed)?.[0] ?? '', 'base64')
    const flipped = (index: number) => {
      const copy = Buffer.from(octets)
      copy[index < 0 ? octets.length + index : index]! ^= 1
      return response(swap(sealed, value, copy.toString('base64')))
    }
    const broken = [
      flipped(-1),
      flipped(-17),
      flipped(0),
      flipped(100),
      response(encrypt(assertion(), cbc)),
      response(encrypt('no XML', cbc)),
      response(encrypt(sign(assertion(), '_assertion1', { key: stranger }), cbc)),
    ]
    const reasons = broken.map((xml) => {
      const read = receive(xml, lax)
      return read.kind === 'refused' ? read.reason : read.kind
    })
    assert.deepEqual([...new Set(reasons)], ['decryption_failed'])
  })
})
