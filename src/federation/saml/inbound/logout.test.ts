import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assertion,
  at,
  encode,
  idp,
  logoutRequest,
  logoutResponse,
  nameId,
  nextIdp,
  response,
  situation,
  status,
  stranger,
  uris,
  type LogoutParts,
} from '#test/support/saml-messages.ts'
import { dissect, swap } from '#test/support/saml-refusals.ts'
import { deflate, redirect, sign, signatureUris } from '#test/support/saml-signing.ts'
import {
  readLogoutRequest,
  readLogoutResponse,
  type SamlReason,
  type Situation,
} from './inbound.ts'

const { peer } = situation
const signed = (parts?: LogoutParts) => sign(logoutRequest(parts), '_message1')
const sessions = (...indexes: readonly string[]) =>
  nameId + indexes.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`).join('')
const evil = logoutRequest({ values: { ID: '_evil' }, inside: '<saml:NameID>admin</saml:NameID>' })

const posted = (xml: string, changed: Partial<Situation> = {}) =>
  readLogoutRequest({
    ...situation,
    ...changed,
    message: { binding: 'post', encoded: encode(xml) },
  })
const redirected = (query: string, changed: Partial<Situation> = {}) =>
  readLogoutRequest({ ...situation, ...changed, message: { binding: 'redirect', query } })
const answered = (message: Parameters<typeof readLogoutResponse>[0]['message']) =>
  readLogoutResponse({ ...situation, message })

describe('a LogoutRequest that is good (check 20, SAML Core §3.7.1)', () => {
  const rollOver = { peer: { ...peer, certificates: [nextIdp.certificate, idp.certificate] } }
  const lowerCase = (text: string) =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase())

  it('is read by POST', () => {
    const read = posted(signed({ inside: sessions('_s1', '_s2') }))
    assert.ok(read.kind === 'request', JSON.stringify(read))
    assert.equal(read.id, '_message1')
    assert.equal(read.nameId.value, 'ada-42')
    assert.equal(read.nameId.spNameQualifier, situation.self.entityId)
    assert.deepEqual(read.sessionIndexes, ['_s1', '_s2'])
    assert.match(read.once.key, /^[\w-]{43}$/)
  })

  it('is read by Redirect, with its RelayState untouched', () => {
    const read = redirected(redirect(logoutRequest(), { relayState: 'a b+c&d' }))
    assert.ok(read.kind === 'request', JSON.stringify(read))
    assert.equal(read.relayState, 'a b+c&d')
    assert.deepEqual(read.sessionIndexes, ['_session1'])
  })

  const good: readonly (readonly [
    what: string,
    query: () => string,
    changed?: Partial<Situation>,
  ])[] = [
    ['with lower-case escapes (AD FS)', () => redirect(logoutRequest(), { escape: lowerCase })],
    ['by the second certificate', () => redirect(logoutRequest()), rollOver],
    ['by SHA-512', () => redirect(logoutRequest(), { algorithm: 'sha512' })],
    ['by RSA-PSS', () => redirect(logoutRequest(), { algorithm: 'pss' })],
    [
      'with its parameters in another order',
      () => redirect(logoutRequest()).split('&').reverse().join('&'),
    ],
    ['with parameters of others', () => `tenant=acme&${redirect(logoutRequest())}&x`],
    ['for all sessions of somebody', () => redirect(logoutRequest({ inside: nameId }))],
    ['without an end', () => redirect(logoutRequest({ values: { NotOnOrAfter: undefined } }))],
  ]
  for (const [what, query, changed] of good)
    it(`is read ${what}`, () => {
      const read = redirected(query(), changed)
      assert.equal(read.kind, 'request', JSON.stringify(read))
    })
})

describe('a LogoutRequest by POST (checks 19, 20)', () => {
  const { whole, signature, bare } = dissect(signed(), 'LogoutRequest')
  const captured = sign(response(assertion()), '_assertion1')
  const wrapped = (name: string) =>
    swap(
      evil,
      '</samlp:LogoutRequest>',
      `<x:${name} xmlns:x="urn:x">${whole}</x:${name}></samlp:LogoutRequest>`,
    )

  const cases: readonly (readonly [string, SamlReason, () => string, Partial<Situation>?])[] = [
    ['unsigned', 'signature_missing', () => logoutRequest()],
    [
      'signed by a stranger',
      'signature_invalid',
      () => sign(logoutRequest(), '_message1', { key: stranger }),
    ],
    [
      'signed by SHA-1',
      'algorithm_refused',
      () => sign(logoutRequest(), '_message1', { algorithm: 'sha1' }),
    ],
    ['of another person', 'signature_invalid', () => swap(signed(), 'ada-42', 'admin')],
    ['wrapped around the signed one (tngan/samlify#634)', 'message_nested', () => wrapped('Any')],
    [
      'with the signed one in its signature',
      'message_nested',
      () =>
        swap(
          evil,
          '</saml:Issuer>',
          `</saml:Issuer>${swap(signature, '</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)}`,
        ),
    ],
    [
      'around a captured, signed assertion',
      'message_nested',
      () => swap(evil, '</saml:Issuer>', `</saml:Issuer>${dissect(captured, 'Assertion').whole}`),
    ],
    [
      'with the signature of a captured assertion',
      'signature_reference',
      () =>
        swap(evil, '</saml:Issuer>', `</saml:Issuer>${dissect(captured, 'Assertion').signature}`),
    ],
    [
      'with a comment in its NameID',
      'markup_forbidden',
      () => swap(signed(), 'ada-42', 'ada<!-- -->-42'),
    ],
    ['that is a response', 'root_unexpected', () => sign(logoutResponse(), '_message1')],
    ['that is over', 'expired', () => signed({ values: { NotOnOrAfter: at(-2) } })],
    ['of yesterday', 'stale', () => signed({ values: { IssueInstant: at(-1440) } })],
    [
      'for another address',
      'destination_wrong',
      () => signed({ values: { Destination: situation.self.acs } }),
    ],
    ['for no address', 'destination_wrong', () => signed({ values: { Destination: undefined } })],
    [
      'of another issuer',
      'issuer_wrong',
      () => signed({ issuer: '<saml:Issuer>https://other.example</saml:Issuer>' }),
    ],
    ['of version 1.1', 'version_unsupported', () => signed({ values: { Version: '1.1' } })],
    ['of nobody', 'name_id_invalid', () => signed({ inside: '' })],
    ['of an empty NameID', 'name_id_invalid', () => signed({ inside: '<saml:NameID/>' })],
    ['of two people', 'name_id_invalid', () => signed({ inside: nameId + nameId })],
    ['of an encrypted NameID', 'name_id_invalid', () => signed({ inside: '<saml:EncryptedID/>' })],
    ['of an empty session', 'session_index_invalid', () => signed({ inside: sessions('') })],
    [
      'of a session that is no text',
      'session_index_invalid',
      () => signed({ inside: sessions('<saml:x/>') }),
    ],
    [
      'of 101 sessions',
      'session_index_invalid',
      () => signed({ inside: sessions(...Array.from({ length: 101 }, () => 's')) }),
    ],
    [
      'where the connection has no certificate',
      'no_certificate',
      () => signed(),
      { peer: { ...peer, certificates: [] } },
    ],
  ]
  for (const [what, reason, xml, changed] of cases)
    it(`is refused ${what}`, () => {
      const read = posted(xml(), changed)
      assert.ok(read.kind === 'refused', 'it was taken')
      assert.equal(read.reason, reason, read.detail)
    })
})

describe('a message by Redirect (check 19, SAML Bindings §3.4.4)', () => {
  const query = redirect(logoutRequest(), { relayState: 'r' })
  const forged = `SAMLRequest=${encodeURIComponent(deflate(evil))}`
  const parameter = (name: string) =>
    query.split('&').find((part) => part.startsWith(`${name}=`)) ?? ''
  const without = (name: string) =>
    query
      .split('&')
      .filter((part) => !part.startsWith(`${name}=`))
      .join('&')
  const bomb = deflate(`<a>${' '.repeat(8 * 1024 * 1024)}</a>`)

  const cases: readonly (readonly [string, SamlReason, () => string])[] = [
    [
      'unsigned',
      'signature_missing',
      () => `SAMLRequest=${encodeURIComponent(deflate(logoutRequest()))}`,
    ],
    ['without SigAlg', 'signature_missing', () => without('SigAlg')],
    ['without Signature', 'signature_missing', () => without('Signature')],
    ['with an empty Signature', 'signature_missing', () => `${without('Signature')}&Signature=`],
    [
      'with a Signature that is no base64',
      'signature_malformed',
      () => `${without('Signature')}&Signature=***`,
    ],
    ['by SHA-1', 'algorithm_refused', () => redirect(logoutRequest(), { algorithm: 'sha1' })],
    [
      'by HMAC',
      'algorithm_refused',
      () =>
        swap(
          query,
          /SigAlg=[^&]+/,
          `SigAlg=${encodeURIComponent('http://www.w3.org/2000/09/xmldsig#hmac-sha1')}`,
        ),
    ],
    [
      'by another algorithm than it says',
      'signature_invalid',
      () =>
        swap(
          query,
          encodeURIComponent(signatureUris.sha256),
          encodeURIComponent(signatureUris.sha512),
        ),
    ],
    [
      'signed by a stranger',
      'signature_invalid',
      () => redirect(logoutRequest(), { key: stranger }),
    ],
    ['of another person', 'signature_invalid', () => swap(query, parameter('SAMLRequest'), forged)],
    [
      'with another RelayState',
      'signature_invalid',
      () => swap(query, 'RelayState=r', 'RelayState=s'),
    ],
    ['whose RelayState was taken away', 'signature_invalid', () => without('RelayState')],
    [
      'to which a RelayState was added',
      'signature_invalid',
      () => `${redirect(logoutRequest())}&RelayState=x`,
    ],
    ['with a forged one behind it', 'parameter_repeated', () => `${query}&${forged}`],
    ['with a forged one before it', 'parameter_repeated', () => `${forged}&${query}`],
    ['with two signatures', 'parameter_repeated', () => `${query}&Signature=AAAA`],
    ['with two RelayStates', 'parameter_repeated', () => `${query}&RelayState=r`],
    [
      'with a forged one under an escaped name',
      'parameter_disguised',
      () => `${query}&${swap(forged, 'SAMLRequest', 'SAML%52equest')}`,
    ],
    [
      'with a forged one as an array',
      'parameter_disguised',
      () => `${query}&${swap(forged, 'SAMLRequest', 'SAMLRequest[]')}`,
    ],
    [
      'with a forged one as an escaped array',
      'parameter_disguised',
      () => `${query}&${swap(forged, 'SAMLRequest', 'SAMLRequest%5B0%5D')}`,
    ],
    [
      'with a forged one in another case',
      'parameter_disguised',
      () => `${query}&${swap(forged, 'SAMLRequest', 'samlrequest')}`,
    ],
    [
      'with a forged one before a NUL',
      'parameter_disguised',
      () => `${query}&${swap(forged, 'SAMLRequest', 'SAMLRequest%00')}`,
    ],
    ['that asks and answers', 'parameters_contradict', () => `${query}&SAMLResponse=AAAA`],
    ['without a message', 'query_malformed', () => without('SAMLRequest')],
    [
      'with half an escape',
      'query_malformed',
      () => swap(query, 'RelayState=r', 'RelayState=%E0%A4'),
    ],
    ['of another encoding', 'query_malformed', () => `${query}&SAMLEncoding=urn:x`],
    ['without end', 'too_large', () => `${query}&x=${'x'.repeat(64 * 1024)}`],
    ['that is not compressed', 'not_deflated', () => signedQuery(encode(logoutRequest()))],
    ['that grows beyond measure', 'too_large', () => signedQuery(bomb)],
    [
      'with something behind the compressed octets',
      'not_deflated',
      () =>
        signedQuery(
          Buffer.concat([
            Buffer.from(deflate(logoutRequest()), 'base64'),
            Buffer.from('xyz'),
          ]).toString('base64'),
        ),
    ],
    ['with a signature inside', 'signature_misplaced', () => redirect(signed())],
    ['that is a response', 'root_unexpected', () => redirect(logoutResponse())],
    [
      'of yesterday',
      'stale',
      () => redirect(logoutRequest({ values: { IssueInstant: at(-1440) } })),
    ],
    [
      'for no address',
      'destination_wrong',
      () => redirect(logoutRequest({ values: { Destination: undefined } })),
    ],
    ['without id', 'id_invalid', () => redirect(logoutRequest({ values: { ID: undefined } }))],
    ['of no issuer', 'issuer_wrong', () => redirect(logoutRequest({ issuer: '' }))],
  ]
  for (const [what, reason, text] of cases)
    it(`is refused ${what}`, () => {
      const read = redirected(text())
      assert.ok(read.kind === 'refused', 'it was taken')
      assert.equal(read.reason, reason, read.detail)
    })
})

describe('a LogoutResponse (check 20, SAML Core §3.7.3)', () => {
  const statusOf = (code: string) => `urn:oasis:names:tc:SAML:2.0:status:${code}`
  const partial = `<samlp:StatusCode Value="${statusOf('PartialLogout')}"/>`
  const outcomes = [
    ['done', status()],
    ['partial', status(uris.success, partial)],
    ['partial', status(statusOf('Responder'), partial)],
    ['failed', status(statusOf('Responder'))],
    ['failed', ''],
  ] as const
  for (const [outcome, inside] of outcomes)
    it(`tells that it is ${outcome} by ${inside === '' ? 'nothing' : inside.length}`, () => {
      const encoded = encode(sign(logoutResponse({ inside }), '_message1'))
      const read = answered({ binding: 'post', encoded })
      assert.deepEqual(read, {
        kind: 'response',
        inResponseTo: '_logout1',
        outcome,
        relayState: undefined,
      })
    })

  it('is read by Redirect', () => {
    const query = redirect(logoutResponse(), { parameter: 'SAMLResponse', relayState: 'key' })
    const read = answered({ binding: 'redirect', query })
    assert.deepEqual(read, {
      kind: 'response',
      inResponseTo: '_logout1',
      outcome: 'done',
      relayState: 'key',
    })
  })

  const refused: readonly (readonly [string, SamlReason, Parameters<typeof answered>[0]])[] = [
    ['unsigned', 'signature_missing', { binding: 'post', encoded: encode(logoutResponse()) }],
    [
      'unsigned by Redirect',
      'signature_missing',
      {
        binding: 'redirect',
        query: `SAMLResponse=${encodeURIComponent(deflate(logoutResponse()))}`,
      },
    ],
    [
      'to nothing',
      'not_requested',
      {
        binding: 'post',
        encoded: encode(sign(logoutResponse({ values: { InResponseTo: undefined } }), '_message1')),
      },
    ],
    ['that is a request', 'root_unexpected', { binding: 'post', encoded: encode(signed()) }],
    [
      'that is a request by Redirect',
      'parameters_contradict',
      { binding: 'redirect', query: redirect(logoutRequest()) },
    ],
    [
      'that signs somebody in',
      'root_unexpected',
      { binding: 'post', encoded: encode(sign(response(assertion()), '_response1')) },
    ],
  ]
  for (const [what, reason, message] of refused)
    it(`is refused ${what}`, () => {
      const read = answered(message)
      assert.ok(read.kind === 'refused', 'it was taken')
      assert.equal(read.reason, reason, read.detail)
    })
})

/** Whatever it holds, signed by the peer. */
function signedQuery(message: string): string {
  return redirect('', { message })
}
