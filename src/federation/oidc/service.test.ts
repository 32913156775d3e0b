import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { decodeJwt, decodeProtectedHeader, exportPKCS8, generateKeyPair } from 'jose'
import { systemClock } from '#kit/clock.ts'
import { brandId, type AccountId, type SessionUid } from '#kit/ids.ts'
import { githubUser, startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import {
  browser,
  connectionOf,
  connectionTo,
  leaveFor,
  openOidcUpstream,
  outcomeOf,
  roundTrip,
  urlOf,
  type UpstreamUnderTest,
} from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import type { Arrival, Connection } from '../federation.ts'
import type { OidcArrival } from './oidc.ts'

const company = '11111111-2222-3333-4444-555555555555'
const elsewhere = '99999999-2222-3333-4444-555555555555'
const oid = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

let provider: LyingProvider
let under: UpstreamUnderTest
before(async () => {
  provider = await startLyingProvider()
})
after(() => provider[Symbol.asyncDispose]())
beforeEach(() => {
  provider.lie({})
  under = openOidcUpstream({ secret: provider.clientSecret, egress: provider.egress })
})

function arrivalOf(came: OidcArrival): Arrival {
  assert.equal(outcomeOf(came), 'arrived')
  return (came as Extract<OidcArrival, { kind: 'arrived' }>).arrival
}

const come = (connection: Connection) => roundTrip(under, provider, connection)

describe('leaving for an OpenID Provider', () => {
  const parametersOf = async (
    connection: Connection,
    wishes: object = {},
  ): Promise<Readonly<Record<string, string | undefined>>> => {
    const url = new URL(urlOf(await under.upstream.leave(leaveFor(connection, wishes))))
    return { address: url.origin + url.pathname, ...Object.fromEntries(url.searchParams) }
  }

  it('asks for a code, with PKCE, a state and a nonce of 256 bits each, at its own callback', async () => {
    const asked = await parametersOf(connectionTo(provider), {
      loginHint: 'ada@example.test',
      maxAge: 60,
    })
    const { state, nonce, code_challenge: challenge, ...rest } = asked
    for (const value of [state, nonce, challenge]) assert.match(String(value), /^[\w-]{43}$/)
    assert.deepEqual(rest, {
      address: `${provider.issuer}/authorize`,
      client_id: 'signet',
      response_type: 'code',
      redirect_uri: `${tenant.issuer}/federation/peer/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      login_hint: 'ada@example.test',
      max_age: '60',
    })
  })

  it('draws each of them anew', async () => {
    const [one, two] = [
      await parametersOf(connectionTo(provider)),
      await parametersOf(connectionTo(provider)),
    ]
    for (const name of ['state', 'nonce', 'code_challenge'] as const)
      assert.notEqual(one[name], two[name])
  })

  const purposes = [
    ['active', 'sign_in', 'redirect'],
    ['active', 'test', 'redirect'],
    ['draft', 'test', 'redirect'],
    ['draft', 'sign_in', 'failed'],
    ['draft', 'link', 'failed'],
    ['disabled', 'test', 'failed'],
    ['disabled', 'sign_in', 'failed'],
  ] as const
  for (const [status, purpose, kind] of purposes)
    it(`with one that is ${status}, to ${purpose}: ${kind} (Q18)`, async () => {
      const accountId = brandId<AccountId>('ada')
      const errand = {
        sign_in: leaveFor(connectionTo(provider)).errand,
        test: { purpose: 'test', accountId },
        link: {
          purpose: 'link',
          accountId,
          sessionUid: brandId<SessionUid>('session'),
          provedAt: 1,
        },
      } as const
      const departure = await under.upstream.leave({
        ...leaveFor(connectionTo(provider, { status })),
        errand: errand[purpose],
      })
      assert.equal(departure.kind, kind)
    })
})

describe('coming back from an OpenID Provider', () => {
  it('tells who it is, and nothing that was not said', async () => {
    provider.lie({
      claims: (all) =>
        Object.assign(all, {
          acr: 'urn:mfa',
          amr: ['pwd', 'otp', 7],
          sid: 'their session',
          groups: ['staff', 'admins'],
          picture: 'http://idp.test/a.png',
          locale: 'de_DE',
          given_name: 'Ada\u202E',
          age: 36,
          nested: { a: 1 },
        }),
    })
    const { identity, errand, connection } = arrivalOf(await come(connectionTo(provider)))
    const { attributes, authentication, ...rest } = identity
    assert.deepEqual(rest, {
      issuer: provider.issuer,
      subject: 'ada',
      email: 'ada@example.test',
      emailVerified: true,
      isMember: true,
      groups: ['staff', 'admins'],
      profile: {
        name: 'Ada Lovelace',
        given_name: undefined,
        family_name: undefined,
        picture: undefined,
        locale: 'de-DE',
      },
      session: { index: 'their session', hint: undefined },
    })
    const { at, ...kind } = authentication
    assert.deepEqual(kind, { acr: 'urn:mfa', amr: ['pwd', 'otp'], until: undefined })
    assert.equal(Number.isInteger(at), true)
    assert.deepEqual(attributes.get('age'), ['36'])
    assert.deepEqual(attributes.get('groups'), ['staff', 'admins'])
    for (const name of ['nested', 'nonce', 'given_name'])
      assert.equal(attributes.has(name), false, name)
    assert.deepEqual([errand, connection.id], [leaveFor(connection).errand, 'peer'])
  })

  it('keeps no more of it than is bounded, whatever it is called', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`claim${String(index)}`, 'x']),
    )
    provider.lie({
      claims: (all) =>
        Object.assign(
          all,
          many,
          { long: 'x'.repeat(2000), ['n'.repeat(200)]: 'x' },
          JSON.parse('{"__proto__":"x","constructor":"x"}'),
        ),
    })
    const { identity } = arrivalOf(await come(connectionTo(provider)))
    assert.equal(identity.attributes.size, 100)
    assert.equal(identity.attributes.has('long'), false)
    assert.equal(Object.getPrototypeOf(identity.profile), Object.prototype)
  })

  it('asks for what the token leaves out, of the same subject', async () => {
    provider.lie({
      claims: (all) => ['email', 'email_verified', 'name'].forEach((name) => delete all[name]),
      userinfo: {
        sub: 'ada',
        email: 'ada@example.test',
        email_verified: true,
        name: 'Ada',
        groups: ['staff'],
      },
    })
    const { identity } = arrivalOf(await come(connectionTo(provider)))
    assert.deepEqual(
      [identity.email, identity.emailVerified, identity.profile.name, identity.groups],
      ['ada@example.test', true, 'Ada', ['staff']],
    )
  })

  it('finds a key that is new, at most once a minute', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: systemClock.now() })
    arrivalOf(await come(connectionTo(provider)))
    await provider.rotate()
    assert.equal(outcomeOf(await come(connectionTo(provider))), 'answer_refused id_token.key')
    t.mock.timers.setTime(systemClock.now() + 60_000)
    arrivalOf(await come(connectionTo(provider)))
  })

  it('gives the client secret in the header, escaped (RFC 6749 §2.3.1), or in the body, as is set', async () => {
    const settings = { issuer: provider.issuer, client_id: 'signet' }
    for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post'])
      arrivalOf(await come(connectionOf('oidc', { ...settings, token_endpoint_auth_method })))
  })
})

describe('coming back from Google', () => {
  const connection = connectionOf('google', { client_id: 'signet', hosted_domains: ['acme.test'] })
  const lies = (hd: string | undefined) => ({
    issuer: 'https://accounts.google.com',
    claims: (all: Record<string, unknown>) =>
      void Object.assign(all, { hd, email: 'ada@acme.test' }),
  })

  it('is let in by the domain in the token', async () => {
    provider.lie(lies('acme.test'))
    const { identity } = arrivalOf(await come(connection))
    assert.deepEqual(
      [identity.issuer, identity.emailVerified],
      ['https://accounts.google.com', true],
    )
  })

  it('is not by the one that was asked for', async () => {
    provider.lie(lies(undefined))
    assert.equal(outcomeOf(await come(connection)), 'answer_refused id_token.hd')
  })
})

describe('coming back from Microsoft', () => {
  const host = 'https://login.microsoftonline.com'
  const connection = (tenantName: string, allowed: string[] = []) =>
    connectionOf('microsoft', { client_id: 'signet', tenant: tenantName, allowed_tenants: allowed })
  const lies = (
    published: string,
    tid: string | undefined,
    iss = `${host}/${String(tid)}/v2.0`,
  ) => ({
    issuer: `${host}/${published}/v2.0`,
    claims: (all: Record<string, unknown>) => void Object.assign(all, { tid, oid, iss }),
  })

  it('is known by tid and oid, at its own tenant', async () => {
    provider.lie(lies(company, company))
    const { identity } = arrivalOf(await come(connection(company)))
    assert.deepEqual(
      [identity.issuer, identity.subject, identity.emailVerified],
      [`${host}/${company}/v2.0`, `${company}.${oid}`, false],
    )
  })

  it('is so where many tenants may come, by the template of the document', async () => {
    provider.lie(lies('{tenantid}', elsewhere))
    const { identity } = arrivalOf(await come(connection('organizations')))
    assert.equal(identity.issuer, `${host}/${elsewhere}/v2.0`)
  })

  const refused: readonly (readonly [string, ReturnType<typeof lies>, Connection, string])[] = [
    [
      'of another tenant, at its own',
      lies(company, elsewhere),
      connection(company),
      'answer_refused id_token.iss',
    ],
    [
      'of a tenant not on the list',
      lies('{tenantid}', elsewhere),
      connection('common', [company]),
      'answer_refused id_token.tid',
    ],
    [
      'without tid, whose issuer says "undefined"',
      lies('{tenantid}', undefined),
      connection('common'),
      'answer_refused id_token.tid',
    ],
    [
      'whose issuer is of another tid',
      lies('{tenantid}', company, `${host}/${elsewhere}/v2.0`),
      connection('common'),
      'answer_refused id_token.iss',
    ],
  ]
  for (const [what, lie, to, reason] of refused)
    it(`is refused with a token ${what}`, async () => {
      provider.lie(lie)
      assert.equal(outcomeOf(await come(to)), reason)
    })

  it('has no document of another tenant', async () => {
    provider.lie(lies(elsewhere, company))
    const departure = await under.upstream.leave(leaveFor(connection(company)))
    assert.equal(departure.kind === 'failed' && departure.detail, 'discovery.issuer')
  })

  for (const [what, iss, outcome] of [
    ['of the tenant', `${host}/${company}/v2.0`, 'arrived'],
    ['of another tenant', `${host}/${elsewhere}/v2.0`, 'answer_refused answer.iss'],
    ['of somebody else', 'https://evil.test', 'answer_refused answer.iss'],
  ] as const)
    it(`with an iss ${what} in the answer: ${outcome} (RFC 9207)`, async () => {
      provider.lie({ ...lies('{tenantid}', company), answer: (all) => all.set('iss', iss) })
      assert.equal(outcomeOf(await come(connection('common'))), outcome)
    })
})

describe('coming back from Apple', () => {
  const connection = connectionOf('apple', {
    client_id: 'signet',
    team_id: 'TEAM567890',
    key_id: 'KEY4567890',
  })

  it('brings a name beside the token, and shows a secret signed for this use', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    let secret = ''
    under = openOidcUpstream({
      secret: await exportPKCS8(privateKey),
      egress: async (url, options) => {
        const form = await new Response(options?.body ?? null).text()
        secret = new URLSearchParams(form).get('client_secret') ?? secret
        return provider.egress(url, options)
      },
    })
    provider.lie({
      issuer: 'https://appleid.apple.com',
      claims: (all) => void Object.assign(all, { name: undefined, email_verified: 'true' }),
      userinfo: { sub: 'ada' },
      answer: (all) =>
        all.set(
          'user',
          '{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"evil@victim.test"}',
        ),
    })
    const { identity } = arrivalOf(await come(connection))
    assert.deepEqual(
      [identity.profile.name, identity.email, identity.emailVerified],
      ['Ada Lovelace', 'ada@example.test', true],
    )
    assert.deepEqual(decodeProtectedHeader(secret), { alg: 'ES256', kid: 'KEY4567890' })
    const { iat = 0, exp = 0, ...claims } = decodeJwt(secret)
    assert.deepEqual(claims, { iss: 'TEAM567890', sub: 'signet', aud: 'https://appleid.apple.com' })
    assert.equal(exp - iat, 300)
  })

  it('is not asked with what is no key', async () => {
    under = openOidcUpstream({ secret: 'no key', egress: provider.egress })
    provider.lie({ issuer: 'https://appleid.apple.com' })
    assert.equal(outcomeOf(await come(connection)), 'connection_inactive connection.secret')
  })
})

describe('coming back from GitHub', () => {
  const connection = connectionOf('github', { client_id: 'signet' })
  const bare = { tokens: (all: Record<string, unknown>) => void delete all['id_token'] }

  it('is known by the number, with the primary verified address', async () => {
    provider.lie(bare)
    const { identity } = arrivalOf(await come(connection))
    assert.deepEqual(
      [identity.issuer, identity.subject, identity.email, identity.emailVerified],
      ['https://github.com', String(githubUser.id), 'ada@example.test', true],
    )
  })

  const refused = [
    [
      'a user who is nobody',
      { ...bare, github: { user: { login: 'ada' } } },
      'answer_refused userinfo.malformed',
    ],
    [
      'a code that is over, said with 200',
      {
        tokens: (all: Record<string, unknown>) => {
          for (const name of Object.keys(all)) delete all[name]
          all['error'] = 'bad_verification_code'
        },
      },
      'answer_refused token.malformed',
    ],
    [
      'an iss of somebody else',
      { ...bare, answer: (all: URLSearchParams) => all.set('iss', 'https://evil.test') },
      'answer_refused answer.iss',
    ],
  ] as const
  for (const [what, lies, reason] of refused)
    it(`is refused with ${what}`, async () => {
      provider.lie(lies)
      assert.equal(outcomeOf(await come(connection)), reason)
    })

  it('proves no age', async () => {
    provider.lie(bare)
    const came = await roundTrip(under, provider, connection, { anew: true })
    assert.equal(outcomeOf(came), 'answer_refused id_token.auth_time')
  })
})

it('an answer is looked at once, also when it fails', async () => {
  const connection = connectionTo(provider)
  const url = urlOf(await under.upstream.leave(leaveFor(connection)))
  const answer = Object.fromEntries(provider.authorize(url))
  provider.lie({ claims: (all) => void (all['iss'] = 'https://evil.test') })
  const received = { tenant, connection, answer, browser }
  assert.equal(outcomeOf(await under.upstream.receive(received)), 'answer_refused id_token.iss')
  provider.lie({})
  assert.equal(outcomeOf(await under.upstream.receive(received)), 'errand_unknown state.unknown')
})
