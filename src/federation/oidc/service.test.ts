import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { systemClock } from '#kit/clock.ts'
import { brandId, type AccountId, type SessionUid } from '#kit/ids.ts'
import { providerForTests } from '#test/support/lying-provider.ts'
import {
  type UpstreamUnderTest,
  arrivalOf,
  connectionOf,
  connectionTo,
  leaveFor,
  openOidcUpstream,
  outcomeOf,
  roundTrip,
  urlOf,
} from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import type { Connection } from '../federation.ts'

const provider = await providerForTests()

let under: UpstreamUnderTest
beforeEach(() => {
  under = openOidcUpstream({ secret: provider.clientSecret, egress: provider.egress })
})

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
