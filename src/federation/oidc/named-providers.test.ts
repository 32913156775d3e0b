import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { decodeJwt, decodeProtectedHeader, exportPKCS8, generateKeyPair } from 'jose'
import { githubUser, providerForTests } from '#test/support/lying-provider.ts'
import {
  type UpstreamUnderTest,
  arrivalOf,
  browser,
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

const company = '11111111-2222-3333-4444-555555555555'
const elsewhere = '99999999-2222-3333-4444-555555555555'
const oid = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

let under: UpstreamUnderTest
beforeEach(() => {
  under = openOidcUpstream({ secret: provider.clientSecret, egress: provider.egress })
})

const come = (connection: Connection) => roundTrip(under, provider, connection)

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
