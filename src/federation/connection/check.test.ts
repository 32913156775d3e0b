import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { checkConnection, type ConnectionOrigin } from './connection.ts'
import { exampleDocument } from './store.contract.ts'

const google = { id: 'google', type: 'google', client_id: 'c', client_secret: 's' }
const saml = { id: 'acme-saml', type: 'saml', metadata_url: 'https://idp.acme.test/metadata' }
const microsoft = { ...google, id: 'entra', type: 'microsoft', tenant: 'organizations' }

function problemsOf(document: unknown, origin: ConnectionOrigin = 'seed'): readonly string[] {
  const checked = checkConnection(document, origin)
  if (checked.outcome === 'valid') return []
  return checked.problems.map(({ field, message }) => `${field} ${message}`)
}

function settingsOf(document: object): Readonly<Record<string, unknown>> {
  const checked = checkConnection(document, 'seed')
  assert.equal(checked.outcome, 'valid', JSON.stringify(checked))
  return checked.outcome === 'valid' ? { ...checked.connection.settings } : {}
}

describe('the document of a connection', () => {
  it('needs little: every setting has a default, and the careful one', () => {
    for (const document of [google, saml, microsoft, exampleDocument])
      assert.deepEqual(problemsOf(document), [])
    const settings = settingsOf(saml)
    const careful = {
      just_in_time: 'domains',
      default_roles: [],
      trusts_multi_factor: false,
      links_by_verified_domain: false,
      allow_idp_initiated: false,
      allow_unauthenticated_cbc: false,
      clock_skew: 60,
      single_logout: false,
    }
    for (const [name, value] of Object.entries(careful))
      assert.deepEqual(settings[name], value, name)
  })

  it('keeps nothing of what people let us do elsewhere unless it is told to', () => {
    for (const document of [google, microsoft, exampleDocument])
      assert.equal(settingsOf(document)['stores_tokens'], false)
    const more = { ...google, more_scopes: ['https://www.googleapis.com/auth/calendar'] }
    assert.deepEqual(problemsOf(more), ['more_scopes has no use: stores_tokens is off'])
    assert.deepEqual(problemsOf({ ...more, stores_tokens: true }), [])
    assert.deepEqual(problemsOf({ ...saml, stores_tokens: true }), [
      'stores_tokens is not a known name',
    ])
  })

  it('takes its name from what it is', () => {
    const nameOf = (document: object) => {
      const checked = checkConnection(document, 'seed')
      return checked.outcome === 'valid' && checked.connection.name
    }
    assert.deepEqual([google, saml].map(nameOf), ['Google', 'acme-saml'])
  })

  it('tells of everything that is wrong at once, and of the name that was meant (Q80)', () => {
    assert.deepEqual(problemsOf({ type: 'oidc', id: 'A', issuer: 'http://id.test', buton: true }), [
      'id must be 2 to 64 lower-case letters, digits and hyphens, beginning with a letter',
      'issuer must be an https address without user name and fragment',
      'client_id is missing',
      'buton is not a known name; did you mean button?',
    ])
    assert.deepEqual(problemsOf([]), [' must be an object'])
    assert.deepEqual(problemsOf({ id: 'acme' }), ['type is missing'])
    assert.match(problemsOf({ ...google, type: 'ldap' })[0] ?? '', /^type must be one of: google/)
    assert.deepEqual(problemsOf({ ...google, issuer: 'https://x.test' }), [
      'issuer is not a known name',
    ])
  })

  it('refuses addresses that lead elsewhere than they look (Q85)', () => {
    const addresses = [
      'ftp://id.test',
      'javascript:alert(1)',
      'https://user:pass@id.test',
      'https://id.test/#x',
      'https://id.test/\u202e',
      'http://127.evil.test',
      'http://localhost.evil.test',
      `https://id.test/${'a'.repeat(2048)}`,
    ]
    for (const issuer of addresses)
      assert.equal(problemsOf({ ...exampleDocument, issuer }).length, 1, issuer)
    assert.deepEqual(problemsOf({ ...exampleDocument, issuer: 'https://id.test?x' }), [
      'issuer must not have a query',
    ])
    assert.deepEqual(problemsOf({ ...exampleDocument, issuer: 'http://localhost:4000' }), [])
  })

  it('makes nobody an administrator (reference/federation.md §3.7)', () => {
    const message = /must not be admin: who administers is decided here/
    assert.match(problemsOf({ ...google, default_roles: ['admin'] })[0] ?? '', message)
    const groups = { staff: { roles: ['editor', 'admin'] } }
    assert.match(problemsOf({ ...google, groups })[0] ?? '', message)
    assert.deepEqual(problemsOf({ ...google, groups: { staff: { roles: ['editor'] } } }), [])
    assert.deepEqual(problemsOf({ ...google, groups: { staff: { role: ['editor'] } } }), [
      'groups.staff.role is not a known name',
    ])
  })

  it('maps to what an account has, and to nothing else', () => {
    assert.deepEqual(settingsOf({ ...google, mapping: { displayName: 'name' } })['mapping'], {
      displayName: 'name',
    })
    assert.match(
      problemsOf({ ...google, mapping: { role: 'roles' } })[0] ?? '',
      /^mapping.role must be one of: name, given_name/,
    )
  })
})

describe('the settings of a type', () => {
  it('restrict Microsoft to tenants by their ids (nOAuth)', () => {
    const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
    assert.deepEqual(problemsOf({ ...microsoft, allowed_tenants: [tenant] }), [])
    assert.deepEqual(problemsOf({ ...microsoft, tenant }), [])
    assert.equal(problemsOf({ ...microsoft, tenant: 'acme.onmicrosoft.com' }).length, 1)
    assert.deepEqual(problemsOf({ ...microsoft, tenant, allowed_tenants: [tenant] }), [
      'allowed_tenants has no use: tenant names one already',
    ])
  })

  it('take no other claim for an address where people of many tenants come (nOAuth)', () => {
    const mapping = { preferred_username: 'email', upn: 'name', email: 'email' }
    assert.deepEqual(problemsOf({ ...microsoft, tenant: 'common', mapping }), [
      'mapping.preferred_username must not fill email where tenant names more than one',
    ])
    const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
    assert.deepEqual(problemsOf({ ...microsoft, tenant, mapping }), [])
  })

  it('take one source of what a SAML identity provider is', () => {
    const { metadata_url: _, ...bare } = saml
    const which =
      /^metadata_url or metadata, or entity_id with sso_url and certificates: exactly one/
    assert.match(problemsOf(bare)[0] ?? '', which)
    assert.match(problemsOf({ ...saml, metadata: '<x/>' })[0] ?? '', which)
    assert.match(problemsOf({ ...saml, sso_url: 'https://idp.test' })[0] ?? '', which)
    assert.deepEqual(problemsOf({ ...bare, sso_url: 'https://idp.test' }), [
      'entity_id is missing',
      'certificates is missing',
    ])
    assert.deepEqual(problemsOf({ ...bare, metadata: '<x/>' }), [])
    assert.deepEqual(problemsOf({ ...saml, slo_url: 'https://idp.test/slo' }), [
      'slo_url has no use: their metadata tells it',
    ])
    assert.deepEqual(problemsOf({ ...saml, clock_skew: 181 }), [
      'clock_skew must be a whole number of 0 to 180',
    ])
    assert.deepEqual(problemsOf({ ...bare, certificates: ['-----BEGIN nothing'] }).slice(0, 1), [
      'certificates.0 must be one X.509 certificate as PEM',
    ])
  })

  it('take of Apple the key it gave', () => {
    const pem = (name: string) =>
      generateKeyPairSync('ec', { namedCurve: name }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      })
    const apple = { id: 'apple', type: 'apple', client_id: 'test.acme', team_id: 'ABCDE12345' }
    const whole = { ...apple, key_id: 'ABCDE12345', private_key: pem('P-256') }
    assert.deepEqual(problemsOf(whole), [])
    for (const private_key of [pem('P-384'), 'no key'])
      assert.match(
        problemsOf({ ...whole, private_key })[0] ?? '',
        /^private_key must be the private/,
      )
  })

  it('pin how an ID token is signed, and never to nothing (RFC 8725 §3.1)', () => {
    for (const alg of ['none', 'HS256'])
      assert.match(
        problemsOf({ ...exampleDocument, id_token_signed_response_alg: alg })[0] ?? '',
        /must be one of: RS256, PS256, ES256, EdDSA/,
      )
    assert.deepEqual(problemsOf({ ...exampleDocument, token_endpoint_auth_method: 'none' }), [
      'client_secret has no use: token_endpoint_auth_method is none',
    ])
  })
})

describe('the domains of a connection', () => {
  const withDomains = (...domains: unknown[]) => ({ ...google, domains })

  it('are kept in one form, whatever they were written in (Q58)', () => {
    const checked = checkConnection(withDomains('ACME.Test', 'bücher.test'), 'seed')
    const domains = checked.outcome === 'valid' ? (checked.connection.domains ?? []) : []
    assert.deepEqual(
      domains.map(({ domain }) => domain),
      ['acme.test', 'xn--bcher-kva.test'],
    )
    assert.deepEqual(problemsOf(withDomains('acme.test', 'ＡＣＭＥ.test')), [
      'domains.1 is given twice',
    ])
  })

  it('are never those of a mail service for anybody', () => {
    const message = 'domains.0 is of a mail service for anybody: nobody owns its people'
    assert.deepEqual(problemsOf(withDomains('GMail.com')), [message])
    assert.deepEqual(problemsOf(withDomains({ domain: 'outlook.com', proved: true })), [message])
  })

  it('are domains', () => {
    const wrong = [
      'test',
      '127.0.0.1',
      'a b.test',
      '-a.test',
      `${'a'.repeat(64)}.test`,
      'acme.test/x',
    ]
    for (const domain of [...wrong, '*.acme.test', '.acme.test', 'acme.test.', '', '@acme.test'])
      assert.deepEqual(
        problemsOf(withDomains(domain)),
        ['domains.0 must be a domain, such as acme.test'],
        domain,
      )
    assert.equal(problemsOf(withDomains(7)).length, 1)
    assert.equal(problemsOf({ ...google, domains: 'acme.test' }).length, 1)
  })

  it('are proved by the word of who runs the installation, and of nobody else', () => {
    const marked = withDomains({ domain: 'acme.test', proved: true })
    assert.deepEqual(problemsOf(marked, 'seed'), [])
    assert.deepEqual(problemsOf(marked, 'cli'), [])
    assert.deepEqual(problemsOf(marked, 'api'), [
      'domains.0.proved is proved by its record in the DNS',
    ])
  })
})
