import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSamlTestKey } from '#test/support/saml-keys.ts'
import {
  readIdpMetadata,
  type IdpMetadata,
  type MetadataReason,
  type MetadataSource,
} from './metadata.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const md = 'urn:oasis:names:tc:SAML:2.0:metadata'
const ds = 'http://www.w3.org/2000/09/xmldsig#'
const samlp = 'urn:oasis:names:tc:SAML:2.0:protocol'
const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings:'

const [first, second, elliptic, weak, expired] = await Promise.all([
  createSamlTestKey(),
  createSamlTestKey(),
  createSamlTestKey({ curve: 'P-384' }),
  createSamlTestKey({ rsa: 1024 }),
  createSamlTestKey({ rsa: 2048 }, new Date('2026-01-01')),
])

type Key = { readonly certificate: string }
const x509 = (...keys: readonly Key[]) =>
  `<ds:X509Data>${keys.map(({ certificate }) => `<ds:X509Certificate>${certificate}</ds:X509Certificate>`).join('')}</ds:X509Data>`
const keyOf = (info: string, use?: string) =>
  `<md:KeyDescriptor${use ? ` use="${use}"` : ''}><ds:KeyInfo xmlns:ds="${ds}">${info}</ds:KeyInfo></md:KeyDescriptor>`
const service = (name: string, location: string, binding = 'HTTP-Redirect', rest = '') =>
  `<md:${name} Binding="${bindings}${binding}" Location="${location}"${rest}/>`

type Parts = {
  readonly id?: string
  readonly entity?: string
  readonly keys?: string
  readonly slo?: string
  readonly sso?: string
  readonly role?: string
  readonly protocol?: string
  readonly rest?: string
}

function entity(parts: Parts = {}): string {
  const role = parts.role ?? 'IDPSSODescriptor'
  return [
    `<md:EntityDescriptor xmlns:md="${md}" entityID="${parts.id ?? 'https://idp.example/metadata'}"${parts.entity ?? ''}>`,
    `<md:${role} protocolSupportEnumeration="${parts.protocol ?? samlp}" WantAuthnRequestsSigned="true">`,
    parts.keys ?? keyOf(x509(first), 'signing'),
    parts.slo ?? service('SingleLogoutService', 'https://idp.example/slo'),
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>',
    parts.sso ?? service('SingleSignOnService', 'https://idp.example/sso'),
    `</md:${role}>${parts.rest ?? ''}</md:EntityDescriptor>`,
  ].join('')
}

const list = (inside: string, values = '') =>
  `<md:EntitiesDescriptor xmlns:md="${md}"${values}>${inside}</md:EntitiesDescriptor>`

function read(xml: string, source: Partial<MetadataSource> = {}): IdpMetadata {
  const result = readIdpMetadata({ xml, now, ...source })
  assert.ok(result.kind === 'read', JSON.stringify(result))
  return result.idp
}

describe('metadata of an identity provider (check 22)', () => {
  it('is read', () => {
    const idp = read(entity())
    assert.equal(idp.entityId, 'https://idp.example/metadata')
    assert.deepEqual(idp.ssoEndpoints, [{ binding: 'redirect', url: 'https://idp.example/sso' }])
    assert.deepEqual(idp.sloEndpoints, [{ binding: 'redirect', url: 'https://idp.example/slo' }])
    assert.deepEqual(idp.nameIdFormats, ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'])
    assert.equal(idp.wantsSignedRequests, true)
    assert.equal(idp.validUntil, undefined)
    assert.deepEqual(idp.warnings, [])
    const [certificate] = idp.signingCertificates
    assert.equal(certificate?.der, first.certificate)
    assert.match(certificate?.fingerprint ?? '', /^[0-9a-f]{64}$/)
    assert.equal(certificate?.subject, 'CN=SAML test')
  })

  it('keeps both certificates of a roll-over, with and without use, and each once', () => {
    const keys =
      keyOf(x509(first), 'signing') +
      keyOf(x509(second)) +
      keyOf(x509(first)) +
      keyOf(x509(elliptic), 'signing')
    const found = read(entity({ keys })).signingCertificates.map(({ der }) => der)
    assert.deepEqual(found, [first.certificate, second.certificate, elliptic.certificate])
  })

  it('takes no key for encryption, none of another role, and of a chain the first (samlify takes all)', () => {
    const keys = keyOf(x509(second), 'encryption') + keyOf(x509(first, second), 'signing')
    const rest = `<md:SPSSODescriptor protocolSupportEnumeration="${samlp}">${keyOf(x509(second), 'signing')}</md:SPSSODescriptor>`
    const found = read(entity({ keys, rest })).signingCertificates.map(({ der }) => der)
    assert.deepEqual(found, [first.certificate])
  })

  it('is read from a list by its entityID, or as the only identity provider', () => {
    const provider = entity()
    const others =
      entity({ id: 'https://sp.example', role: 'SPSSODescriptor' }) +
      entity({ id: 'urn:sp2', role: 'SPSSODescriptor' })
    assert.equal(read(list(others + list(provider))).entityId, 'https://idp.example/metadata')
    const two = list(provider + entity({ id: 'urn:two' }))
    assert.equal(read(two, { entityId: 'urn:two' }).entityId, 'urn:two')
  })

  it('is read with comments, a declaration, a byte order mark and line ends', () => {
    const xml = `\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<!-- of <today> & --a -->\n${entity().replace('<md:NameIDFormat>', '<!--x--><md:NameIDFormat><!-- y -->')}\n<!-- end -->`
    assert.equal(read(xml).nameIdFormats.length, 1)
  })

  it('is read with certificates in lines, and as others write them', () => {
    const broken = {
      certificate: `\n    ${first.certificate.match(/.{1,64}/g)?.join('\n    ')}\n  `,
    }
    const [certificate] = read(entity({ keys: keyOf(x509(broken)) })).signingCertificates
    assert.equal(certificate?.der, first.certificate)
  })

  it('tells where answers of a logout go, and leaves out bindings we do not speak', () => {
    const slo =
      service(
        'SingleLogoutService',
        'https://idp.example/slo',
        'HTTP-POST',
        ' ResponseLocation="https://idp.example/done"',
      ) + service('SingleLogoutService', 'http://idp.example/soap', 'SOAP')
    assert.deepEqual(read(entity({ slo })).sloEndpoints, [
      { binding: 'post', url: 'https://idp.example/slo', responseUrl: 'https://idp.example/done' },
    ])
  })

  it('tells its name in English, of its pages before its organization, and none that rewrites a sentence', () => {
    const organization = (name: string) =>
      `<md:Organization><md:OrganizationDisplayName xml:lang="en">${name}</md:OrganizationDisplayName></md:Organization>`
    assert.equal(read(entity({ rest: organization('Acme') })).displayName, 'Acme')
    const ui =
      '<md:Extensions><u:UIInfo xmlns:u="urn:oasis:names:tc:SAML:metadata:ui"><u:DisplayName xml:lang="de">Die Acme</u:DisplayName><u:DisplayName xml:lang="en">The Acme</u:DisplayName></u:UIInfo></md:Extensions>'
    assert.equal(
      read(entity({ keys: ui + keyOf(x509(first)), rest: organization('Acme') })).displayName,
      'The Acme',
    )
    assert.equal(read(entity({ rest: organization('\u202eemcA') })).displayName, undefined)
    assert.equal(read(entity()).displayName, undefined)
  })

  it('tells until when it is true, and when to ask again: the earliest of all it stands in', () => {
    const inner = entity({ entity: ' validUntil="2026-12-01T00:00:00Z" cacheDuration="P1DT1H"' })
    const idp = read(list(inner, ' validUntil="2026-11-30T00:00:00Z" cacheDuration="PT6H30M"'))
    assert.equal(idp.validUntil?.toISOString(), '2026-11-30T00:00:00.000Z')
    assert.equal(idp.cacheDuration, 6.5 * 3_600_000)
    assert.equal(read(entity({ entity: ' cacheDuration="soon"' })).cacheDuration, undefined)
  })

  it('warns of a certificate that is over and of a weak one, and goes on with the others', () => {
    const idp = read(
      entity({
        keys: keyOf(x509(expired)) + keyOf(x509(weak)) + keyOf(x509({ certificate: 'AAAA' })),
      }),
    )
    assert.deepEqual(
      idp.signingCertificates.map(({ der }) => der),
      [expired.certificate],
    )
    assert.deepEqual(idp.warnings, [
      { kind: 'certificate_unusable', detail: 'rsa 1024' },
      { kind: 'certificate_unusable', detail: 'not a certificate' },
      { kind: 'certificate_expired', fingerprint: idp.signingCertificates[0]?.fingerprint },
    ])
  })

  it('takes http on a loopback address only where the caller allows it', () => {
    const at = (url: string) => ({
      xml: entity({ sso: service('SingleSignOnService', url) }),
      now,
      allowsLoopback: true,
    })
    assert.equal(readIdpMetadata(at('http://localhost:3000/sso')).kind, 'read')
    assert.equal(readIdpMetadata(at('http://127.0.0.1/sso')).kind, 'read')
    assert.equal(readIdpMetadata(at('http://localhost.example/sso')).kind, 'refused')
    assert.equal(
      readIdpMetadata({ ...at('http://localhost:3000/sso'), allowsLoopback: false }).kind,
      'refused',
    )
  })

  it('offers those to choose from', () => {
    const result = readIdpMetadata({
      xml: list(entity({ id: 'urn:a' }) + entity({ id: 'urn:b' })),
      now,
    })
    assert.ok(result.kind === 'refused')
    assert.deepEqual(result.entityIds, ['urn:a', 'urn:b'])
  })
})

describe('metadata that is refused (check 22)', () => {
  const sso = (location: string, binding?: string) =>
    entity({ sso: service('SingleSignOnService', location, binding) })
  const cases: readonly (readonly [string, MetadataReason, string, Partial<MetadataSource>?])[] = [
    [
      'a DOCTYPE',
      'markup_forbidden',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${entity()}`,
    ],
    [
      'a DOCTYPE that appears when a comment goes',
      'markup_forbidden',
      `<!<!-- -->DOCTYPE a>${entity()}`,
    ],
    ['a comment without end', 'markup_forbidden', `${entity()}<!-- `],
    ['CDATA', 'markup_forbidden', entity({ rest: '<![CDATA[x]]>' })],
    ['an entity', 'not_well_formed', entity({ id: '&x;' })],
    ['a page of HTML', 'not_well_formed', '<html><body><p>Sign in<br></body></html>'],
    ['a page of XHTML', 'not_metadata', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['nothing', 'not_well_formed', ''],
    ['a mebibyte', 'too_large', `${entity()}${' '.repeat(1024 * 1024)}`],
    ['20 001 elements', 'too_complex', list('<md:a/>'.repeat(20_001))],
    [
      'lists in lists without end',
      'too_complex',
      list('').replace('</', `${`<md:EntitiesDescriptor>`.repeat(41)}</`),
    ],
    ['another namespace', 'not_metadata', entity().replaceAll(md, 'urn:x')],
    [
      'an assertion',
      'not_metadata',
      '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"/>',
    ],
    [
      'the id of one entity at another',
      'id_invalid',
      list(entity({ entity: ' ID="_a"' }) + entity({ entity: ' ID="_a"' })),
    ],
    [
      'several, of which none was chosen',
      'entity_ambiguous',
      list(entity() + entity({ id: 'urn:two' })),
    ],
    [
      'two of one name',
      'entity_ambiguous',
      list(entity() + entity()),
      { entityId: 'https://idp.example/metadata' },
    ],
    ['another than the connection has', 'entity_unknown', entity(), { entityId: 'urn:other' }],
    ['an empty list', 'entity_unknown', list('')],
    ['no entityID', 'entity_id_invalid', entity({ id: '' })],
    ['an entityID with white space', 'entity_id_invalid', entity({ id: 'urn:a b' })],
    ['an entityID without end', 'entity_id_invalid', entity({ id: `urn:${'a'.repeat(1024)}` })],
    ['an end that has come', 'expired', entity({ entity: ' validUntil="2026-11-21T12:00:00Z"' })],
    ['a list that has ended', 'expired', list(entity(), ' validUntil="2026-11-20T00:00:00Z"')],
    ['an end that is no time', 'expired', entity({ entity: ' validUntil="tomorrow"' })],
    ['a service provider', 'not_an_identity_provider', entity({ role: 'SPSSODescriptor' })],
    [
      'SAML 1.1',
      'protocol_unsupported',
      entity({ protocol: 'urn:oasis:names:tc:SAML:1.1:protocol' }),
    ],
    ['no key', 'certificate_missing', entity({ keys: '' })],
    [
      'a KeyName only (samlify: anybody signs in as anybody)',
      'certificate_missing',
      entity({ keys: keyOf('<ds:KeyName>a</ds:KeyName>') }),
    ],
    [
      'a key for encryption only',
      'certificate_missing',
      entity({ keys: keyOf(x509(first), 'encryption') }),
    ],
    ['a weak key only', 'certificate_unusable', entity({ keys: keyOf(x509(weak)) })],
    [
      'a certificate that is none',
      'certificate_unusable',
      entity({ keys: keyOf(x509({ certificate: 'bm8=' })) }),
    ],
    [
      'a certificate with an element inside',
      'certificate_unusable',
      entity({ keys: keyOf(x509({ certificate: `${first.certificate}<ds:b/>` })) }),
    ],
    ['nowhere to go', 'endpoint_missing', entity({ sso: '' })],
    ['bindings we do not speak', 'endpoint_missing', sso('https://idp.example/soap', 'SOAP')],
    ['http', 'endpoint_invalid', sso('http://idp.example/sso')],
    ['javascript:', 'endpoint_invalid', sso('javascript:alert(1)//https://idp.example')],
    ['javascript: as a form’s target', 'endpoint_invalid', sso('javascript:alert(1)', 'HTTP-POST')],
    ['data:', 'endpoint_invalid', sso('data:text/html,x')],
    ['a relative address', 'endpoint_invalid', sso('/sso')],
    ['a user in it', 'endpoint_invalid', sso('https://id.example@evil.example/')],
    ['a fragment', 'endpoint_invalid', sso('https://idp.example/#a')],
    ['a quote in it', 'endpoint_invalid', sso('https://idp.example/&quot;&gt;&lt;script&gt;')],
    ['a line end in it', 'endpoint_invalid', sso('https://idp.example/&#10;Set-Cookie:a')],
    ['a backslash in it', 'endpoint_invalid', sso('https://idp.example\\@evil.example/')],
    [
      'a logout to http',
      'endpoint_invalid',
      entity({ slo: service('SingleLogoutService', 'http://idp.example/slo') }),
    ],
    [
      'answers of a logout to javascript:',
      'endpoint_invalid',
      entity({
        slo: service(
          'SingleLogoutService',
          'https://idp.example/slo',
          'HTTP-POST',
          ' ResponseLocation="javascript:alert(1)"',
        ),
      }),
    ],
  ]
  for (const [what, reason, xml, source] of cases)
    it(`has ${what}`, () => {
      const result = readIdpMetadata({ xml, now, ...source })
      assert.ok(result.kind === 'refused', 'it was taken')
      assert.equal(result.reason, reason, result.detail)
      assert.ok(result.detail.length <= 300 && !/\p{Cc}/u.test(result.detail))
    })
})
