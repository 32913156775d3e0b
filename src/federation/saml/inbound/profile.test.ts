import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assertion,
  at,
  attribute,
  audience,
  authnStatement,
  conditions,
  confirmation,
  encode,
  nameId,
  response,
  situation,
  status,
  uris,
  type ResponseParts,
} from '#test/support/saml-messages.ts'
import { receive, refuses, signedWith } from '#test/support/saml-refusals.ts'
import { sign } from '#test/support/saml-signing.ts'
import { claimAssertion, readResponse } from './inbound.ts'

const { self, peer } = situation

/** A response that is signed as it is. */
const message = (parts: ResponseParts) => () => sign(response(assertion(), parts), '_response1')
/** One of which only the assertion is signed. */
const frame = (parts: ResponseParts) => () => sign(response(assertion(), parts), '_assertion1')
const by = (entityId: string, format = '') => `<saml:Issuer${format}>${entityId}</saml:Issuer>`
const other = 'https://other.example/metadata'

describe('the message (check 10, SAML Core §3.2.2)', () => {
  const statusOf = (code: string) => `urn:oasis:names:tc:SAML:2.0:status:${code}`
  refuses([
    ['version 1.1', 'version_unsupported', message({ values: { Version: '1.1' } })],
    ['one without version', 'version_unsupported', frame({ values: { Version: undefined } })],
    ['one of tomorrow', 'stale', message({ values: { IssueInstant: at(1440) } })],
    ['one of a quarter of an hour ago', 'stale', message({ values: { IssueInstant: at(-15) } })],
    ['one of no time', 'stale', message({ values: { IssueInstant: undefined } })],
    [
      'one of the 30th of February',
      'stale',
      message({ values: { IssueInstant: '2026-02-30T12:00:00Z' } }),
    ],
    [
      'one of some local time',
      'stale',
      message({ values: { IssueInstant: '2026-11-21T12:00:00' } }),
    ],
    ['one without id', 'id_invalid', frame({ values: { ID: undefined } })],
    [
      'one for another address',
      'destination_wrong',
      message({ values: { Destination: 'https://id.example/t/other/federation/acme/acs' } }),
    ],
    [
      'one for another address, in an unsigned frame',
      'destination_wrong',
      frame({ values: { Destination: self.slo } }),
    ],
    [
      'one for an address that begins like ours',
      'destination_wrong',
      message({ values: { Destination: `${self.acs}/x` } }),
    ],
    [
      'a signed one for no address',
      'destination_wrong',
      message({ values: { Destination: undefined } }),
    ],
    ['one of another issuer', 'issuer_wrong', message({ issuer: by(other) })],
    ['one of another issuer, in an unsigned frame', 'issuer_wrong', frame({ issuer: by(other) })],
    ['one of two issuers', 'issuer_wrong', frame({ issuer: by(peer.entityId) + by(other) })],
    ['an issuer with a slash more', 'issuer_wrong', message({ issuer: by(`${peer.entityId}/`) })],
    ['an issuer in white space', 'issuer_wrong', message({ issuer: by(` ${peer.entityId}`) })],
    [
      'an issuer of another format',
      'issuer_wrong',
      message({ issuer: by(peer.entityId, ` Format="${uris.persistent}"`) }),
    ],
    [
      'a refusal',
      'status_not_success',
      message({
        status: status(
          statusOf('Responder'),
          `<samlp:StatusCode Value="${statusOf('AuthnFailed')}"/>`,
        ),
      }),
    ],
    [
      'a refusal without an assertion',
      'status_not_success',
      () => response('', { status: status(statusOf('Requester')) }),
    ],
    [
      'a success below a refusal',
      'status_not_success',
      message({
        status: status(statusOf('Responder'), `<samlp:StatusCode Value="${uris.success}"/>`),
      }),
    ],
    [
      'two statuses',
      'status_not_success',
      message({ status: status() + status(statusOf('Responder')) }),
    ],
    ['no status', 'status_not_success', message({ status: '' })],
  ])

  it('tells what the other side said', () => {
    const refused = `<samlp:Status><samlp:StatusCode Value="${statusOf('Responder')}"/><samlp:StatusMessage>no\nsuch user</samlp:StatusMessage></samlp:Status>`
    const read = receive(response('', { status: refused }), situation)
    assert.ok(read.kind === 'refused')
    assert.equal(read.detail, `${statusOf('Responder')} no such user`)
  })
})

describe('the assertion (check 11, SAML Core §2.3.3)', () => {
  const named = (xml: string) => () => signedWith({ nameId: xml })
  refuses([
    ['version 1.1', 'assertion_version', () => signedWith({ values: { Version: '1.1' } })],
    [
      'one of tomorrow',
      'assertion_stale',
      () => signedWith({ values: { IssueInstant: at(1440) } }),
    ],
    [
      'one of yesterday, in a message of now',
      'assertion_stale',
      () => signedWith({ values: { IssueInstant: at(-1440) } }),
    ],
    ['one of another issuer', 'assertion_issuer', () => signedWith({ issuer: by(other) })],
    [
      'one of an issuer with an element inside',
      'assertion_issuer',
      () => signedWith({ issuer: by(`${peer.entityId}<saml:x/>`) }),
    ],
    [
      'one without id in a signed message',
      'id_invalid',
      () => sign(response(assertion({ values: { ID: undefined } })), '_response1'),
    ],
    ['nobody', 'name_id_invalid', () => signedWith({ subject: '' })],
    [
      'two subjects',
      'name_id_invalid',
      () =>
        signedWith({
          subject: `<saml:Subject>${nameId}${confirmation()}</saml:Subject>`.repeat(2),
        }),
    ],
    ['a subject without NameID', 'name_id_invalid', named('')],
    ['two of NameID', 'name_id_invalid', named(nameId + nameId)],
    ['a BaseID beside', 'name_id_invalid', named(`${nameId}<saml:BaseID/>`)],
    ['an encrypted NameID', 'name_id_invalid', named('<saml:EncryptedID/>')],
    ['an empty NameID', 'name_id_invalid', named('<saml:NameID/>')],
    [
      'a NameID with an element inside',
      'name_id_invalid',
      named('<saml:NameID>ada<saml:b/>-42</saml:NameID>'),
    ],
    ['a NameID in white space', 'name_id_invalid', named('<saml:NameID> ada-42</saml:NameID>')],
    ['a NameID of two lines', 'name_id_invalid', named('<saml:NameID>ada\nadmin</saml:NameID>')],
    [
      'a NameID without end',
      'name_id_invalid',
      named(`<saml:NameID>${'a'.repeat(1025)}</saml:NameID>`),
    ],
  ])
})

describe('the conditions (check 12, SAML Core §2.5)', () => {
  const under = (xml: string) => () => signedWith({ conditions: xml })
  const ours = audience(self.entityId)
  refuses([
    ['none', 'conditions_missing', under('')],
    ['two', 'conditions_missing', under(conditions() + conditions())],
    [
      'one that nobody knows',
      'condition_unknown',
      under(conditions({}, `${ours}<saml:Condition/>`)),
    ],
    [
      'one of another namespace',
      'condition_unknown',
      under(conditions({}, `${ours}<x:OneTimeUse xmlns:x="urn:x"/>`)),
    ],
    ['a beginning beyond the skew', 'not_yet_valid', under(conditions({ NotBefore: at(1.1) }))],
    ['a beginning that is no time', 'not_yet_valid', under(conditions({ NotBefore: 'never' }))],
    ['an end before the skew', 'expired', under(conditions({ NotOnOrAfter: at(-1.1) }))],
    ['an end that is no time', 'expired', under(conditions({ NotOnOrAfter: '9999' }))],
    ['no audience', 'audience_missing', under(conditions({}, ''))],
    ['another audience', 'audience_wrong', under(conditions({}, audience(other)))],
    [
      'an audience that begins like ours',
      'audience_wrong',
      under(conditions({}, audience(`${self.entityId}x`))),
    ],
    [
      'another tenant’s connection',
      'audience_wrong',
      under(conditions({}, audience(self.entityId.replace('/t/acme/', '/t/other/')))),
    ],
    ['an empty restriction', 'audience_wrong', under(conditions({}, audience()))],
    [
      'two restrictions, one of which is another’s',
      'audience_wrong',
      under(conditions({}, ours + audience(other))),
    ],
    [
      'a skew of an hour, as far as it goes',
      'expired',
      under(conditions({ NotOnOrAfter: at(-4) })),
      { skew: 3_600_000 },
    ],
  ])
})

describe('the confirmation (check 13, SAML Profiles §4.1.4.2)', () => {
  const confirmed = (xml: string) => () => signedWith({ confirmations: xml })
  const data = (values: Record<string, string | undefined>) => confirmed(confirmation(values))
  const method = 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches'
  refuses([
    ['none', 'confirmation_missing', confirmed('')],
    ['one of another method', 'confirmation_missing', confirmed(confirmation({}, method))],
    [
      'a bearer without data',
      'confirmation_malformed',
      confirmed(`<saml:SubjectConfirmation Method="${uris.bearer}"/>`),
    ],
    [
      'data twice',
      'confirmation_malformed',
      confirmed(confirmation().replace(/<saml:SubjectConfirmationData.*?\/>/, '$&$&')),
    ],
    ['a beginning', 'confirmation_malformed', data({ NotBefore: at(-5) })],
    ['another recipient', 'recipient_wrong', data({ Recipient: 'https://other.example/acs' })],
    [
      'another tenant’s ACS',
      'recipient_wrong',
      data({ Recipient: self.acs.replace('/t/acme/', '/t/other/') }),
    ],
    ['no recipient', 'recipient_wrong', data({ Recipient: undefined })],
    ['an end that has come', 'confirmation_expired', data({ NotOnOrAfter: at(-1.1) })],
    ['no end', 'confirmation_expired', data({ NotOnOrAfter: undefined })],
    ['another request', 'in_response_to_mismatch', data({ InResponseTo: '_request2' })],
    [
      'no request, in an answer to one (a stolen, unsolicited assertion)',
      'in_response_to_mismatch',
      data({ InResponseTo: undefined }),
    ],
    [
      'a request, in a message that answers none',
      'in_response_to_mismatch',
      frame({ values: { InResponseTo: undefined } }),
    ],
  ])
})

describe('the sign-in over there (check 14)', () => {
  const stated = (xml: string) => () => signedWith({ statements: xml })
  refuses([
    ['none', 'authn_statement_missing', stated('')],
    ['one yet to come', 'authn_instant_invalid', stated(authnStatement({ AuthnInstant: at(2) }))],
    [
      'one at no time',
      'authn_instant_invalid',
      stated(authnStatement({ AuthnInstant: undefined })),
    ],
    [
      'a session that is over',
      'session_expired',
      stated(authnStatement({ SessionNotOnOrAfter: at(-2) })),
    ],
    [
      'a second session that is over',
      'session_expired',
      stated(authnStatement() + authnStatement({ SessionNotOnOrAfter: at(-2) })),
    ],
  ])
})

describe('what it says of them (check 17)', () => {
  const told = (attributes: string) => () => signedWith({ attributes })
  const times = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => one(index)).join('')
  refuses([
    [
      '251 attributes',
      'attributes_excessive',
      told(times(251, (index) => attribute(`a${index}`, '1'))),
    ],
    [
      '2001 values',
      'attributes_excessive',
      told(attribute('a', ...Array.from({ length: 2001 }, () => '1'))),
    ],
    ['a name without end', 'attributes_excessive', told(attribute('a'.repeat(513), '1'))],
    [
      'a value without end',
      'attributes_excessive',
      told(attribute('a', '1'.repeat(64 * 1024 + 1))),
    ],
  ])
})

describe('who asked for it (check 15)', () => {
  const open = { ...peer, allowsUnsolicited: true }
  const inside = assertion({ confirmations: confirmation({ InResponseTo: undefined }) })
  const unsolicited = sign(response(inside, { values: { InResponseTo: undefined } }), '_assertion1')

  refuses([
    ['what nobody asked for', 'unsolicited', () => unsolicited],
    [
      'an empty InResponseTo',
      'unsolicited',
      () =>
        sign(
          response(assertion({ confirmations: confirmation({ InResponseTo: '' }) }), {
            values: { InResponseTo: '' },
          }),
          '_assertion1',
        ),
    ],
  ])

  const arrive = (xml: string) => {
    const read = readResponse({ ...situation, peer: open, encoded: encode(xml) })
    assert.ok(read.kind === 'arrived')
    return read.assertion
  }
  const claims = [
    [
      'the answer to another request',
      signedWith(),
      { requestId: '_request2' },
      open,
      'not_requested',
    ],
    ['an answer where nothing was asked', signedWith(), 'unsolicited', open, 'not_requested'],
    [
      'one that names no request, for a request',
      unsolicited,
      { requestId: '_request1' },
      open,
      'not_requested',
    ],
    [
      'one unasked where that was switched off meanwhile',
      unsolicited,
      'unsolicited',
      peer,
      'unsolicited',
    ],
    [
      'one of another connection',
      signedWith(),
      { requestId: '_request1' },
      { ...peer, entityId: other },
      'assertion_issuer',
    ],
  ] as const
  for (const [what, xml, expected, claimedBy, reason] of claims)
    it(`gives nobody ${what}`, () => {
      const claimed = claimAssertion(arrive(xml), expected, claimedBy)
      assert.ok(claimed.kind === 'refused')
      assert.equal(claimed.reason, reason)
    })
})
