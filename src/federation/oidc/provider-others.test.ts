import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { address, identify, rulesOf } from '#test/support/oidc-identify.ts'
import { connectionOf, noWishes } from '#test/support/oidc-upstream.ts'
import type { Claims } from './claims.ts'
import { githubClaims } from './github.ts'
import { providerOf } from './provider.ts'

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
