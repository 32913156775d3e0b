import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { address, identify, rulesOf } from '#test/support/oidc-identify.ts'
import { noWishes } from '#test/support/oidc-upstream.ts'
import type { ConnectionType } from '../federation.ts'
import type { Claims } from './claims.ts'

const company = '11111111-2222-3333-4444-555555555555'
const elsewhere = '99999999-2222-3333-4444-555555555555'
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const oid = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const microsoftIssuer = (tid: string) => `https://login.microsoftonline.com/${tid}/v2.0`

describe('Google (reference/federation.md §3.3)', () => {
  const verified = { email: 'ada@acme.test', email_verified: true }
  const cases: readonly (readonly [string, Claims, object, string])[] = [
    [
      'its own address',
      { email: 'ada@gmail.com', email_verified: true },
      {},
      'ada@gmail.com verified',
    ],
    [
      'one of its own that it does not vouch for',
      { email: 'ada@gmail.com', email_verified: false },
      {},
      'ada@gmail.com unverified',
    ],
    [
      'one that only ends like its own',
      { email: 'ada@evil-gmail.com', email_verified: true },
      {},
      'ada@evil-gmail.com unverified',
    ],
    ['one of a customer', { ...verified, hd: 'acme.test' }, {}, 'ada@acme.test verified'],
    ['one that was proved once, by whoever', verified, {}, 'ada@acme.test unverified'],
    [
      'the word true instead of the value',
      { email: 'ada@gmail.com', email_verified: 'true' },
      {},
      'ada@gmail.com unverified',
    ],
    [
      'a customer who may come',
      { ...verified, hd: 'ACME.test' },
      { hosted_domains: ['acme.test'] },
      'ada@acme.test verified',
    ],
    [
      'another customer',
      { ...verified, hd: 'evil.test' },
      { hosted_domains: ['acme.test'] },
      'id_token.hd',
    ],
    [
      'nobody’s customer, with the address of one',
      verified,
      { hosted_domains: ['acme.test'] },
      'id_token.hd',
    ],
    [
      'an hd that is a list',
      { ...verified, hd: ['acme.test'] },
      { hosted_domains: ['acme.test'] },
      'id_token.hd',
    ],
    ['no address', {}, {}, 'undefined unverified'],
    [
      'an address that is none',
      { email: 'ada', email_verified: true, hd: 'acme.test' },
      {},
      'undefined unverified',
    ],
    [
      'an address that folds to another (Q58)',
      { email: 'ada@gmaıl.com', email_verified: true },
      {},
      'ada@gmaıl.com unverified',
    ],
  ]
  for (const [what, claims, settings, expected] of cases)
    it(`${what}: ${expected}`, () => assert.equal(address('google', settings, claims), expected))

  it('does not take hd from userinfo, which nobody signed', () => {
    const said = address('google', { hosted_domains: ['acme.test'] }, verified, { hd: 'acme.test' })
    assert.equal(said, 'id_token.hd')
  })

  it('asks for the domain as a hint', () => {
    const hd = (hosted_domains: string[]) =>
      rulesOf('google', { hosted_domains }).parameters(noWishes)['hd']
    assert.deepEqual(
      [hd([]), hd(['acme.test']), hd(['a.test', 'b.test'])],
      [undefined, 'acme.test', '*'],
    )
  })

  it('is known by sub, whatever the address (Q60)', () => {
    const who = identify('google', {}, { email: 'ada@gmail.com', email_verified: true })
    assert.partialDeepStrictEqual(who, { issuer: 'https://accounts.google.com', subject: 'ada' })
  })
})

describe('Microsoft (reference/federation.md §3.4)', () => {
  const token = (tid: string, more: Claims = {}): Claims => ({
    tid,
    oid,
    iss: microsoftIssuer(tid),
    ...more,
  })
  const policy: readonly (readonly [string, object, Claims, string])[] = [
    ['its one tenant', { tenant: company }, token(company), 'in'],
    ['another than its one', { tenant: company }, token(elsewhere), 'id_token.tid'],
    ['any company', { tenant: 'organizations' }, token(elsewhere), 'in'],
    ['a person where companies may', { tenant: 'organizations' }, token(consumers), 'id_token.tid'],
    ['a person where anybody may', { tenant: 'common' }, token(consumers), 'in'],
    ['a person where persons may', { tenant: 'consumers' }, token(consumers), 'in'],
    ['a company where persons may', { tenant: 'consumers' }, token(company), 'id_token.tid'],
    [
      'one of the list',
      { tenant: 'organizations', allowed_tenants: [company] },
      token(company),
      'in',
    ],
    [
      'one not on the list',
      { tenant: 'common', allowed_tenants: [company] },
      token(elsewhere),
      'id_token.tid',
    ],
    [
      'a person not on the list',
      { tenant: 'common', allowed_tenants: [company] },
      token(consumers),
      'id_token.tid',
    ],
    [
      'no tid (openid-client takes it for "undefined")',
      { tenant: 'common' },
      { oid, iss: microsoftIssuer('undefined') },
      'id_token.tid',
    ],
    ['a tid that is no GUID', { tenant: 'common' }, token('evil'), 'id_token.tid'],
    ['a tid with a path in it', { tenant: 'common' }, token(`${company}/../x`), 'id_token.tid'],
    [
      'a tid in capitals',
      { tenant: 'common' },
      token('ABCDEFAB-2222-3333-4444-555555555555'),
      'id_token.tid',
    ],
    [
      'an issuer of another tid',
      { tenant: 'common' },
      { ...token(company), iss: microsoftIssuer(elsewhere) },
      'id_token.iss',
    ],
    [
      'an issuer of the first version',
      { tenant: 'common' },
      { ...token(company), iss: `https://sts.windows.net/${company}/` },
      'id_token.iss',
    ],
    ['no oid', { tenant: company }, { ...token(company), oid: undefined }, 'id_token.oid'],
    [
      'an oid that is no GUID',
      { tenant: company },
      { ...token(company), oid: 'ada' },
      'id_token.oid',
    ],
  ]
  for (const [what, settings, claims, expected] of policy)
    it(`${what}: ${expected}`, () => {
      const who = identify('microsoft', settings, claims)
      assert.equal(typeof who === 'string' ? who : 'in', expected)
    })

  it('is known by tid and oid; sub stands beside it (Q60)', () => {
    const who = identify('microsoft', { tenant: 'common' }, token(company, { sub: 'pairwise' }))
    const issuer = microsoftIssuer(company)
    assert.partialDeepStrictEqual(who, { issuer, subject: `${company}.${oid}` })
  })

  const email = 'admin@victim.test'
  const owned: readonly (readonly [string, Claims, string])[] = [
    ['what an administrator of some tenant wrote (nOAuth)', {}, 'unverified'],
    [
      'the same, called verified (nOAuth)',
      { email_verified: true, verified_primary_email: [email] },
      'unverified',
    ],
    ['a domain its tenant has proved', { xms_edov: true }, 'verified'],
    ['so as a number', { xms_edov: 1 }, 'verified'],
    ['so as digits', { xms_edov: '1' }, 'verified'],
    ['so as a word', { xms_edov: 'true' }, 'verified'],
    ['one it has not', { xms_edov: false }, 'unverified'],
    ['so as a word', { xms_edov: 'false' }, 'unverified'],
    ['something else', { xms_edov: ['true'] }, 'unverified'],
    ['a guest', { xms_edov: true, acct: 1 }, 'unverified'],
    [
      'a guest of another provider',
      { xms_edov: true, idp: 'https://sts.windows.net/x/' },
      'unverified',
    ],
    ['somebody at home', { xms_edov: true, acct: 0, idp: microsoftIssuer(company) }, 'verified'],
  ]
  for (const [what, claims, expected] of owned)
    it(`an address of ${what} is ${expected}`, () => {
      const said = token(company, { email, ...claims })
      assert.equal(address('microsoft', { tenant: 'common' }, said), `${email} ${expected}`)
    })

  it('takes an address from the token alone, never a user name', () => {
    const said = token(company, { upn: email, preferred_username: email, unique_name: email })
    const userinfo = { email, xms_edov: true, email_verified: true }
    assert.equal(address('microsoft', { tenant: company }, said, userinfo), 'undefined unverified')
  })

  it('reads roles and groups; too many groups are none', () => {
    const groups = (claims: Claims) => {
      const who = identify('microsoft', { tenant: company }, token(company, claims))
      return typeof who === 'string' ? who : who.groups
    }
    assert.deepEqual(groups({ roles: ['a'], groups: ['b', 'a'] }), ['a', 'b'])
    assert.deepEqual(groups({ groups: [] }), [])
    assert.equal(groups({ _claim_names: { groups: 'src1' } }), undefined)
  })

  it('believes a document of its own tenant, or the template of many', () => {
    const isIssuer = (tenant: string, iss: string) => rulesOf('microsoft', { tenant }).isIssuer(iss)
    const template = microsoftIssuer('{tenantid}')
    assert.equal(isIssuer(company, microsoftIssuer(company)), true)
    assert.equal(isIssuer(company, template), false)
    assert.equal(isIssuer(company, microsoftIssuer(elsewhere)), false)
    assert.equal(isIssuer('organizations', template), true)
    assert.equal(isIssuer('organizations', microsoftIssuer(company)), false)
    assert.equal(isIssuer('consumers', microsoftIssuer(consumers)), true)
  })
})

describe('one of the organisation’s own people, whose address it may tell (nOAuth)', () => {
  const token = (tid: string, more: Claims = {}): Claims => ({
    tid,
    oid,
    iss: microsoftIssuer(tid),
    ...more,
  })
  const mail = { email: 'ada@acme.test', email_verified: true }
  const cases: readonly (readonly [string, ConnectionType, object, Claims, boolean])[] = [
    ['of the one tenant', 'microsoft', { tenant: company }, token(company), true],
    ['a guest of it', 'microsoft', { tenant: company }, token(company, { acct: 1 }), false],
    ['of any tenant', 'microsoft', { tenant: 'organizations' }, token(elsewhere, mail), false],
    [
      'of one on the list',
      'microsoft',
      { tenant: 'common', allowed_tenants: [company] },
      token(company, mail),
      false,
    ],
    [
      'of a tenant that has proved the domain',
      'microsoft',
      { tenant: 'common' },
      token(elsewhere, { xms_edov: true }),
      true,
    ],
    [
      'a guest of a tenant that has',
      'microsoft',
      { tenant: 'common' },
      token(elsewhere, { xms_edov: true, acct: 1 }),
      false,
    ],
    ['of a customer', 'google', {}, { ...mail, hd: 'acme.test' }, true],
    ['who only has that address', 'google', {}, mail, false],
    ['of a customer, unproved', 'google', {}, { email: mail.email, hd: 'acme.test' }, false],
    ['anybody', 'apple', { team_id: 'TEAM567890', key_id: 'KEY4567890' }, mail, false],
    ['anybody', 'github', {}, mail, false],
    [
      'of whom nothing is said',
      'oidc',
      { issuer: 'https://idp.acme.test' },
      { email: mail.email },
      true,
    ],
    ['who is said to be', 'oidc', { issuer: 'https://idp.acme.test' }, mail, true],
    [
      'who only typed the address',
      'oidc',
      { issuer: 'https://idp.acme.test' },
      { ...mail, email_verified: false },
      false,
    ],
    [
      'the same, in a word',
      'oidc',
      { issuer: 'https://idp.acme.test' },
      { ...mail, email_verified: 'false' },
      false,
    ],
    [
      'the same, in nonsense',
      'oidc',
      { issuer: 'https://idp.acme.test' },
      { ...mail, email_verified: 0 },
      false,
    ],
  ]
  for (const [what, type, settings, claims, expected] of cases)
    it(`${type}: ${what}: ${String(expected)}`, () => {
      const who = identify(type, settings, claims)
      assert.equal(typeof who === 'string' ? who : who.isMember, expected)
    })
})
