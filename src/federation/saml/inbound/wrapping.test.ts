import { describe } from 'node:test'
import {
  assertion,
  audience,
  conditions,
  confirmation,
  response,
  uris,
} from '#test/support/saml-messages.ts'
import { cut, dissect, refuses, signedWith, swap } from '#test/support/saml-refusals.ts'
import { encrypt } from '#test/support/saml-encryption.ts'
import { sign } from '#test/support/saml-signing.ts'

const admin = '<saml:NameID>admin</saml:NameID>'
const evil = assertion({ values: { ID: '_evil' }, nameId: admin })
const signedAssertion = dissect(signedWith(), 'Assertion')
const signedResponse = dissect(sign(response(assertion()), '_response1'), 'Response')
const foreignAssertion = '<x:Assertion xmlns:x="urn:x"/>'

/** The forged assertion with somebody's signature after its issuer. */
const evilSigned = (signature: string) => afterIssuer(evil, signature)
const inObject = (xml: string) => `<ds:Object>${xml}</ds:Object></ds:Signature>`

function afterIssuer(xml: string, inserted: string): string {
  const [issuer] = /<saml:Issuer>.*?<\/saml:Issuer>/s.exec(xml) ?? []
  return swap(xml, issuer ?? '', `${issuer}${inserted}`)
}

function evilResponse(inserted: string): string {
  return afterIssuer(response(evil, { values: { ID: '_evil2' } }), inserted)
}

/** In its eight classic forms (Somorovsky et al. 2012), and where else a second message fits. */
describe('signature wrapping (CVE-2025-47949, CVE-2025-54419; Q75)', () => {
  const { whole, signature, bare } = signedAssertion
  const aroundResponse = swap(
    signedResponse.signature,
    '</ds:Signature>',
    inObject(signedResponse.bare),
  )

  refuses([
    [
      'XSW1: the signed response inside the signature of a forged one',
      'message_nested',
      () => evilResponse(aroundResponse),
    ],
    [
      'XSW2: the signed response before that signature',
      'message_nested',
      () => evilResponse(signedResponse.bare + signedResponse.signature),
    ],
    [
      'XSW3: a forged assertion before the signed one',
      'assertion_count',
      () => response(evil + whole),
    ],
    [
      'XSW4: the signed assertion inside a forged one',
      'message_nested',
      () => response(swap(evil, '</saml:Assertion>', `${whole}</saml:Assertion>`)),
    ],
    [
      'XSW5: its signature in a forged one, itself behind',
      'assertion_count',
      () => response(evilSigned(signature) + bare),
    ],
    [
      'XSW6: itself inside that signature',
      'message_nested',
      () => response(evilSigned(swap(signature, '</ds:Signature>', `${bare}</ds:Signature>`))),
    ],
    [
      'XSW7: a forged one in Extensions',
      'message_nested',
      () =>
        swap(
          response(whole),
          '<samlp:Status>',
          `<samlp:Extensions>${evil}</samlp:Extensions><samlp:Status>`,
        ),
    ],
    [
      'XSW8: itself in an Object of that signature',
      'message_nested',
      () => response(evilSigned(swap(signature, '</ds:Signature>', inObject(bare)))),
    ],
    [
      'the signed one in SubjectConfirmationData',
      'message_nested',
      () =>
        response(
          swap(
            evil,
            /(?<=<saml:SubjectConfirmationData[^>]*)\/>/,
            `>${whole}</saml:SubjectConfirmationData>`,
          ),
        ),
    ],
    [
      'the signed one in an AttributeValue',
      'message_nested',
      () =>
        response(
          assertion({
            values: { ID: '_evil' },
            nameId: admin,
            attributes: `<saml:Attribute Name="a"><saml:AttributeValue>${whole}</saml:AttributeValue></saml:Attribute>`,
          }),
        ),
    ],
    [
      'the signed one in StatusDetail',
      'message_nested',
      () =>
        swap(
          response(evil),
          '</samlp:Status>',
          `<samlp:StatusDetail>${whole}</samlp:StatusDetail></samlp:Status>`,
        ),
    ],
    [
      'the signed one in Advice, and its signature in the forged one',
      'message_nested',
      () =>
        response(
          swap(
            evilSigned(signature),
            '<saml:AuthnStatement',
            `<saml:Advice>${bare}</saml:Advice><saml:AuthnStatement`,
          ),
        ),
    ],
    [
      'a forged one with the id of the signed one',
      'id_invalid',
      () => response(swap(evil, '_evil', '_assertion1') + whole),
    ],
    [
      'another element with its id',
      'id_invalid',
      () =>
        swap(
          response(whole),
          '<samlp:Status>',
          '<samlp:Extensions><x:a xmlns:x="urn:x" Id="_assertion1"/></samlp:Extensions><samlp:Status>',
        ),
    ],
    [
      'a forged one that borrows its id as xml:id',
      'id_invalid',
      () => response(swap(evil, 'ID="_evil"', 'ID="_evil" xml:id="_assertion1"') + whole),
    ],
    [
      'its signature, which refers to it, in the response',
      'signature_reference',
      () => afterIssuer(response(bare), signature),
    ],
  ])
})

describe('a message of which there is more than one (check 4)', () => {
  const { whole } = signedAssertion
  const forOther = sign(
    response(
      assertion({ values: { ID: '_other' }, conditions: conditions({}, audience('urn:other')) }),
    ),
    '_other',
  )
  const other = dissect(forOther, 'Assertion').whole

  refuses([
    [
      'two signed assertions, one for another service',
      'assertion_count',
      () => response(other + whole),
    ],
    [
      'two assertions in a signed response',
      'assertion_count',
      () => sign(response(assertion() + evil), '_response1'),
    ],
    [
      'an encrypted one beside a signed one',
      'assertion_count',
      () => response(encrypt(evil) + whole),
    ],
    ['two encrypted ones', 'assertion_count', () => response(encrypt(whole) + encrypt(whole))],
    ['none', 'assertion_count', () => sign(response(''), '_response1')],
    [
      'one of a foreign namespace beside the signed one',
      'message_nested',
      () => response(whole + foreignAssertion),
    ],
    [
      'one of a foreign namespace, signed by the peer',
      'assertion_count',
      () =>
        sign(
          response(
            swap(
              swap(
                assertion(),
                `<saml:Assertion xmlns:saml="${uris.saml}"`,
                `<x:Assertion xmlns:x="urn:x" xmlns:saml="${uris.saml}"`,
              ),
              '</saml:Assertion>',
              '</x:Assertion>',
            ),
          ),
          '_assertion1',
        ),
    ],
    [
      'a Response of another namespace',
      'root_unexpected',
      () => swap(signedWith(), `xmlns:samlp="${uris.samlp}"`, 'xmlns:samlp="urn:x"'),
    ],
    [
      'an assertion without a response',
      'root_unexpected',
      () => cut(signedWith(), /<saml:Assertion .*<\/saml:Assertion>/s),
    ],
    [
      'a response in an ArtifactResponse',
      'root_unexpected',
      () =>
        `<samlp:ArtifactResponse xmlns:samlp="${uris.samlp}">${signedWith()}</samlp:ArtifactResponse>`,
    ],
    [
      'a LogoutResponse at the ACS',
      'root_unexpected',
      () => signedWith().replaceAll('samlp:Response', 'samlp:LogoutResponse'),
    ],
  ])
})

describe('a message that was changed, or that nobody signed (checks 5, 8)', () => {
  const { whole, signature, bare } = signedAssertion
  refuses([
    ['one without a signature', 'signature_missing', () => response(assertion())],
    ['one whose signature was taken away', 'signature_missing', () => response(bare)],
    ['another NameID', 'signature_invalid', () => swap(signedWith(), '>ada-42<', '>admin<')],
    [
      'another attribute',
      'signature_invalid',
      () => swap(signedWith(), 'ada@acme.test', 'eve@acme.test'),
    ],
    [
      'a NameID of two texts',
      'signature_invalid',
      () => swap(signedWith(), '>ada-42<', '>ada-<saml:b/>42<'),
    ],
    [
      'another assertion in a signed response',
      'signature_invalid',
      () => swap(signedResponse.whole, />ada-42</, '>admin<'),
    ],
    [
      'a confirmation of another request in a signed response',
      'signature_invalid',
      () => swap(signedResponse.whole, confirmation(), confirmation({ InResponseTo: '_mine' })),
    ],
    [
      'a signature before the issuer',
      'signature_misplaced',
      () => response(swap(bare, '<saml:Issuer>', `${signature}<saml:Issuer>`)),
    ],
    [
      'a signature in the subject',
      'signature_misplaced',
      () => response(swap(bare, '<saml:NameID', `${signature}<saml:NameID`)),
    ],
    [
      'two signatures in one assertion',
      'signature_misplaced',
      () => response(swap(whole, signature, signature + signature)),
    ],
    [
      'a Signature of another namespace',
      'signature_misplaced',
      () => swap(signedWith(), '<samlp:Status>', '<x:Signature xmlns:x="urn:x"/><samlp:Status>'),
    ],
    [
      'a detached signature in Extensions',
      'signature_misplaced',
      () =>
        swap(
          response(bare),
          '<samlp:Status>',
          `<samlp:Extensions>${signature}</samlp:Extensions><samlp:Status>`,
        ),
    ],
  ])
})
