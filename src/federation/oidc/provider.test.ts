import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectionOf, noWishes } from '#test/support/oidc-upstream.ts'
import type { ConnectionType } from '../federation.ts'
import type { Claims } from './claims.ts'
import { githubClaims } from './github.ts'
import { providerOf } from './provider.ts'

const company = '11111111-2222-3333-4444-555555555555'
const elsewhere = '99999999-2222-3333-4444-555555555555'
const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const oid = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const microsoftIssuer = (tid: string) => `https://login.microsoftonline.com/${tid}/v2.0`

function rulesOf(type: ConnectionType, settings: object) {
  const provider = providerOf(connectionOf(type, { client_id: 'signet', ...settings }))
  assert.ok(provider)
  return provider
}

function identify(type: ConnectionType, settings: object, token: Claims, userinfo?: Claims) {
  return rulesOf(type, settings).identify({ token: { sub: 'ada', ...token }, userinfo })
}

/** The address and whether it is believed; or what is wrong. */
function address(...input: Parameters<typeof identify>): string {
  const who = identify(...input)
  if (typeof who === 'string') return who
  return `${String(who.email)} ${who.emailVerified ? 'verified' : 'unverified'}`
}

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

describe('Apple (reference/federation.md §3.5)', () => {
  const settings = { team_id: 'TEAM567890', key_id: 'KEY4567890' }
  const email = 'x@privaterelay.appleid.com'
  for (const [value, expected] of [
    [true, 'verified'],
    ['true', 'verified'],
    [false, 'unverified'],
    ['false', 'unverified'],
    [1, 'unverified'],
    [undefined, 'unverified'],
  ] as const)
    it(`an address that is ${String(value)} (${typeof value}) is ${expected}`, () => {
      assert.equal(
        address('apple', settings, { email, email_verified: value }),
        `${email} ${expected}`,
      )
    })

  it('asks to be posted to, and for nothing it would not understand', () => {
    const asked = rulesOf('apple', settings).parameters({
      anew: true,
      maxAge: 5,
      loginHint: 'ada@example.test',
    })
    assert.deepEqual(asked, {
      scope: 'openid name email',
      response_mode: 'form_post',
      login_hint: 'ada@example.test',
    })
  })

  const names: readonly (readonly [string, string | undefined, unknown])[] = [
    [
      'a name',
      '{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"evil@victim.test"}',
      { given_name: 'Ada', family_name: 'Lovelace', name: 'Ada Lovelace' },
    ],
    [
      'half a name',
      '{"name":{"firstName":"Ada"}}',
      { given_name: 'Ada', family_name: undefined, name: 'Ada' },
    ],
    [
      'no text',
      '{"name":{"firstName":{"a":1},"lastName":7}}',
      { given_name: undefined, family_name: undefined, name: undefined },
    ],
    ['no JSON', '{', undefined],
    ['a list', '[]', undefined],
    ['nothing', undefined, undefined],
  ]
  for (const [what, user, expected] of names)
    it(`takes a name, and nothing else, of what the browser brings: ${what}`, () => {
      assert.deepEqual(rulesOf('apple', settings).besides?.({ user }), expected)
    })
})

describe('GitHub (reference/federation.md §3.5)', () => {
  const user = { id: 583231, login: 'ada', name: null, email: 'public@victim.test' }
  const mine = { email: 'ada@example.test', primary: true, verified: true }
  const cases: readonly (readonly [string, unknown, unknown, string])[] = [
    [
      'the primary one, verified',
      user,
      [{ ...mine, email: 'b@example.test', primary: false }, mine],
      'ada@example.test verified',
    ],
    ['a primary one that is not', user, [{ ...mine, verified: false }], 'undefined unverified'],
    [
      'a verified one that is not primary',
      user,
      [{ ...mine, primary: false }],
      'undefined unverified',
    ],
    ['none, and a public one', user, [], 'undefined unverified'],
    ['nonsense', user, { message: 'no' }, 'undefined unverified'],
    ['a word for verified', user, [{ ...mine, verified: 'true' }], 'undefined unverified'],
  ]
  for (const [what, said, emails, expected] of cases)
    it(`an address: ${what}`, () => {
      const claims = githubClaims(said, emails)
      assert.ok(claims)
      assert.equal(address('github', {}, claims), expected)
    })

  it('is known by the number, never by the name, which is given away again (Q60)', () => {
    const who = identify('github', {}, githubClaims(user, []) ?? {})
    assert.partialDeepStrictEqual(who, { issuer: 'https://github.com', subject: '583231' })
  })

  for (const id of [undefined, '583231', 0, -1, 1.5, 2 ** 60, null])
    it(`is nobody with the id ${String(id)} (${typeof id})`, () => {
      assert.equal(githubClaims({ ...user, id }, []), undefined)
    })
})

describe('any OpenID Provider', () => {
  const settings = { issuer: 'https://idp.acme.test' }
  const email = 'ada@acme.test'
  const cases: readonly (readonly [string, Claims, Claims | undefined, string])[] = [
    ['verified', { email, email_verified: true }, undefined, 'verified'],
    ['a word', { email, email_verified: 'true' }, undefined, 'unverified'],
    ['a number', { email, email_verified: 1 }, undefined, 'unverified'],
    ['nothing', { email }, undefined, 'unverified'],
    ['verified at userinfo', {}, { email, email_verified: true }, 'verified'],
    [
      'said by one, verified by the other',
      { email },
      { email: 'other@acme.test', email_verified: true },
      'unverified',
    ],
    ['verified in the token, said at userinfo', { email_verified: true }, { email }, 'unverified'],
  ]
  for (const [what, token, userinfo, expected] of cases)
    it(`an address with ${what} is ${expected}`, () => {
      assert.equal(address('oidc', settings, token, userinfo), `${email} ${expected}`)
    })

  it('is known by its issuer and sub, byte for byte', () => {
    assert.partialDeepStrictEqual(identify('oidc', settings, { sub: 'Ada ' }), {
      issuer: 'https://idp.acme.test',
      subject: 'Ada ',
    })
  })
})

describe('what is passed on (OIDC Core §3.1.2.1)', () => {
  const ask = (wishes: object, settings: object = {}) =>
    rulesOf('oidc', { issuer: 'https://idp.acme.test', ...settings }).parameters({
      ...noWishes,
      ...wishes,
    })

  it('is what was wished for', () => {
    const wishes = {
      maxAge: 60,
      loginHint: 'ada@acme.test',
      uiLocales: 'de en',
      acrValues: ['a', 'b'],
    }
    assert.deepEqual(ask(wishes), {
      scope: 'openid email profile',
      max_age: '60',
      login_hint: 'ada@acme.test',
      ui_locales: 'de en',
      acr_values: 'a b',
    })
  })

  it('is nothing where nothing was', () =>
    assert.deepEqual(ask({}), { scope: 'openid email profile' }))

  it('is the wish to have it proved anew before the connection’s own prompt', () => {
    assert.deepEqual(ask({ anew: true }, { prompt: 'consent' }), {
      scope: 'openid email profile',
      prompt: 'login',
      max_age: '0',
    })
    assert.equal(ask({}, { prompt: 'consent' })['prompt'], 'consent')
  })

  for (const loginHint of ['', 'x'.repeat(501), 'a\r\nb', 'a\0b', '\ud800'])
    it(`leaves out a hint that is no line of text: ${JSON.stringify(loginHint.slice(0, 9))}`, () => {
      assert.equal(ask({ loginHint })['login_hint'], undefined)
    })
})

it('a connection of SAML has no rules here', () => {
  assert.equal(providerOf(connectionOf('saml', {})), undefined)
})
