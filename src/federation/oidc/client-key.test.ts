import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { before, beforeEach, describe, it } from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createEgress } from '#http/egress.ts'
import { systemClock } from '#kit/clock.ts'
import { providerForTests, type Lies } from '#test/support/lying-provider.ts'
import { startOpenIdPeer } from '#test/support/openid-peer.ts'
import {
  browser,
  connectionOf,
  leaveFor,
  openOidcUpstream,
  outcomeOf,
  roundTrip,
  urlOf,
} from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import { newClientKey, publicClientKey } from '../connection/client-key.ts'
import { createOidcHealth } from './health.ts'

const provider = await providerForTests()

const keyed = { token_endpoint_auth_method: 'private_key_jwt' }

describe('an assertion instead of a secret (RFC 7523 §2.2)', () => {
  let key: string
  const sent: URLSearchParams[] = []
  before(async () => {
    key = await newClientKey('ES256')
  })
  beforeEach(() => {
    sent.length = 0
  })

  async function signIn(settings: object = {}, lies: Lies = {}, secret: string = key) {
    const connection = connectionOf('oidc', {
      issuer: provider.issuer,
      client_id: provider.clientId,
      ...keyed,
      ...settings,
    })
    const under = openOidcUpstream({ egress: provider.egress, secret })
    const token = (_: unknown, req: IncomingMessage) => void text(req).then(keep, () => undefined)
    const keep = (form: string) => void sent.push(new URLSearchParams(form))
    provider.lie({
      ...lies,
      respond: {
        token(res, req) {
          token(res, req)
          req.on('end', () => void res.writeHead(400).end('{"error":"invalid_grant"}'))
        },
      },
    })
    return outcomeOf(await roundTrip(under, provider, connection))
  }

  const assertionIn = (form: URLSearchParams | undefined) => form?.get('client_assertion') ?? ''

  it('is for the issuer alone, for a minute, once, and says who we are', async () => {
    await signIn()
    await signIn()
    const [first, second] = sent.map(assertionIn)
    const keys = createLocalJWKSet({ keys: [publicClientKey(key)] })
    const { payload, protectedHeader } = await jwtVerify(first ?? '', keys)
    const { aud, iss, sub, iat = 0, exp = 0, jti, ...rest } = payload
    assert.deepEqual([aud, iss, sub], [provider.issuer, provider.clientId, provider.clientId])
    assert.equal(exp - iat, 60)
    assert.ok(Math.abs(iat - systemClock.now() / 1000) < 30)
    assert.deepEqual(rest, {})
    assert.equal(protectedHeader.alg, 'ES256')
    assert.notEqual(jti, decodeJwt(second ?? '').jti)
    assert.ok(String(jti).length >= 22)
  })

  it('comes without a secret, a private key, or anything but what RFC 7523 names', async () => {
    await signIn()
    const names = [...(sent[0]?.keys() ?? [])].toSorted()
    assert.deepEqual(names, [
      'client_assertion',
      'client_assertion_type',
      'client_id',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ])
    const { d } = JSON.parse(key) as { d: string }
    assert.ok(!sent[0]?.toString().includes(d))
    const { kid, jwk } = decodeProtectedHeader(assertionIn(sent[0]))
    assert.equal(kid, publicClientKey(key).kid)
    assert.equal(jwk, undefined)
  })

  it('names the token endpoint where that is asked for, and it is the issuer’s own', async () => {
    await signIn({ client_assertion_audience: 'token_endpoint' })
    assert.equal(decodeJwt(assertionIn(sent[0])).aud, `${provider.issuer}/token`)
  })

  it('is never made out to an address elsewhere (CVE-2025-27370)', async () => {
    const elsewhere: Lies = {
      discovery: (all) => void (all['token_endpoint'] = 'https://victim.test/token'),
    }
    const endpoint = { client_assertion_audience: 'token_endpoint' }
    const refused = 'upstream_unavailable discovery.endpoint'
    assert.equal(await signIn(endpoint, elsewhere), refused)
    assert.deepEqual(sent, [])
    // made out to who we know, it is worth nothing to the victim it is sent to
    await signIn({}, elsewhere)
    assert.equal(decodeJwt(assertionIn(sent[0])).aud, provider.issuer)
  })

  it('takes no list, no other name and no other issuer from a document for its audience', async () => {
    for (const issuer of [
      'https://victim.test',
      ['https://victim.test'],
      `${provider.issuer}/`,
      `${provider.issuer} https://victim.test`,
    ]) {
      provider.lie({ discovery: (all) => void (all['issuer'] = issuer) })
      const { upstream } = openOidcUpstream({ egress: provider.egress, secret: key })
      const settings = { issuer: provider.issuer, client_id: provider.clientId, ...keyed }
      const left = await upstream.leave(leaveFor(connectionOf('oidc', settings)))
      assert.ok(left.kind === 'failed')
      assert.match(left.detail, /^discovery\.(?:issuer|malformed)$/)
    }
  })

  it('is signed by nothing else: a secret, another algorithm’s key, half a key', async () => {
    const jwk = JSON.parse(key) as Record<string, unknown>
    const wrong = [
      'a secret',
      JSON.stringify(publicClientKey(key)),
      JSON.stringify({ kty: 'oct', k: 'AAAA', kid: 'x', d: 'x' }),
      JSON.stringify({ ...jwk, kid: undefined }),
      await newClientKey('RS256'),
    ]
    for (const secret of wrong)
      assert.equal(await signIn({}, {}, secret), 'connection_inactive connection.secret', secret)
    assert.deepEqual(sent, [])
  })

  for (const alg of ['PS256', 'RS256'] as const)
    it(`is signed with ${alg} where the other side wants that`, async () => {
      const other = await newClientKey(alg)
      await signIn({ token_endpoint_auth_signing_alg: alg }, {}, other)
      const keys = createLocalJWKSet({ keys: [publicClientKey(other)] })
      const { protectedHeader } = await jwtVerify(assertionIn(sent[0]), keys)
      assert.equal(protectedHeader.alg, alg)
    })
})

it('what is public of a key is that alone', async () => {
  for (const alg of ['ES256', 'RS256'] as const) {
    const names = Object.keys(publicClientKey(await newClientKey(alg))).toSorted()
    const own = alg === 'ES256' ? ['crv', 'x', 'y'] : ['e', 'n']
    assert.deepEqual(names, ['alg', 'kid', 'kty', 'use', ...own].toSorted())
  }
})

describe('a real OpenID Provider that knows us by a key', () => {
  const egress = createEgress({ allow: ['127.0.0.0/8', '::1/128'] })
  const redirectUris = [`${tenant.issuer}/federation/peer/callback`]

  it('signs somebody in, and nobody with another key', async () => {
    const [key, other] = [await newClientKey('ES256'), await newClientKey('ES256')]
    await using peer = await startOpenIdPeer({ redirectUris, clientKey: publicClientKey(key) })
    const settings = { issuer: peer.issuer, client_id: peer.clientId, ...keyed }

    async function goThere(secret: string, more: object = {}) {
      const { upstream } = openOidcUpstream({ egress, secret })
      const connection = connectionOf('oidc', { ...settings, ...more })
      const { searchParams } = await peer.visit(urlOf(await upstream.leave(leaveFor(connection))))
      const answer = Object.fromEntries(searchParams)
      return outcomeOf(await upstream.receive({ tenant, connection, answer, browser }))
    }

    assert.equal(await goThere(key), 'arrived')
    const refused = 'upstream_refused token.refused: invalid_client'
    assert.equal(await goThere(other), refused)
    // its key under our name
    const renamed = JSON.stringify({ ...JSON.parse(other), kid: publicClientKey(key).kid })
    assert.equal(await goThere(renamed), refused)
    assert.equal(
      await goThere('the secret', { token_endpoint_auth_method: 'client_secret_basic' }),
      refused,
    )

    const healthOf = (secret: string) =>
      createOidcHealth({
        ...openOidcUpstream({ egress }),
        egress,
        clock: systemClock,
        connections: { secretOf: async () => secret },
      })(connectionOf('oidc', settings), { refresh: true })
    const detail = async (secret: string) =>
      (await healthOf(secret))?.checks.find(({ name }) => name === 'client')?.detail
    assert.equal(await detail(key), 'it knows our client')
    assert.equal(await detail(other), 'token.refused: invalid_client')
  })
})
