import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { epochSeconds, systemClock } from '#kit/clock.ts'
import { createKey, sign, providerForTests } from '#test/support/lying-provider.ts'
import type { Lies } from '#test/support/lying-provider.ts'
import {
  connectionOf,
  connectionTo,
  openOidcUpstream,
  roundTrip,
} from '#test/support/oidc-upstream.ts'
import type { Arrival, Connection } from '../federation.ts'
import type { UpstreamTokens } from '../tokens/tokens.ts'
import type { OidcArrival } from './oidc.ts'

const provider = await providerForTests()

function arrivalOf(came: OidcArrival): Arrival {
  assert.ok(came.kind === 'arrived', JSON.stringify(came))
  return came.arrival
}

describe('what people let us do at an OpenID Provider', () => {
  let connection: Connection
  before(async () => {
    connection = connectionOf('oidc', {
      issuer: provider.issuer,
      client_id: provider.clientId,
      stores_tokens: true,
    })
  })
  beforeEach(() => {
    provider.refreshable.clear()
  })

  const open = (secret = provider.clientSecret) =>
    openOidcUpstream({ egress: provider.egress, secret, patience: 500 })
  const key = () => ({
    tenantId: connection.tenantId,
    connectionId: connection.id,
    issuer: provider.issuer,
    subject: 'ada',
  })

  function tokens(other: Partial<UpstreamTokens> = {}): UpstreamTokens {
    provider.refreshable.add('first')
    const { issuer: server, clientId } = provider
    const facts = { accessToken: 'old', refreshToken: 'first', expiresAt: 1, scope: 'openid' }
    return { ...facts, server, clientId, ...other }
  }

  async function refreshed(lies: Lies = {}, before = tokens(), of = connection) {
    provider.lie(lies)
    return open().refresh(of, key(), before)
  }

  async function keptAfter(answer: Record<string, unknown>, of = connection) {
    const { tokenSafe, ...under } = open()
    provider.lie({ tokens: (all) => void Object.assign(all, answer) })
    const { sealedTokens } = arrivalOf(await roundTrip(under, provider, of))
    return sealedTokens === undefined ? undefined : tokenSafe.open(key(), sealedTokens)
  }

  it('is not kept unless the connection says so (reference/federation.md §3.7)', async () => {
    assert.equal(await keptAfter({}, connectionTo(provider)), undefined)
  })

  it('comes sealed for one identity, and opens for no other', async () => {
    const { tokenSafe, ...under } = open()
    const said = { refresh_token: 'r', expires_in: 60, scope: 'openid calendar' }
    provider.lie({ tokens: (all) => void Object.assign(all, said) })
    const { sealedTokens = '' } = arrivalOf(await roundTrip(under, provider, connection))
    assert.doesNotMatch(sealedTokens, /access|calendar/)
    const { expiresAt = 0, ...rest } = tokenSafe.open(key(), sealedTokens) ?? assert.fail()
    assert.ok(Math.abs(expiresAt - 60 - epochSeconds(systemClock)) < 10)
    const { issuer: server, clientId } = provider
    const facts = { accessToken: 'access', refreshToken: 'r', scope: 'openid calendar' }
    assert.deepEqual(rest, { ...facts, server, clientId })
    for (const other of [
      { tenantId: 'other' },
      { connectionId: 'other' },
      { issuer: 'https://other.test' },
      { subject: 'eve' },
    ])
      assert.equal(tokenSafe.open({ ...key(), ...(other as object) }, sealedTokens), undefined)
  })

  it('is kept only as RFC 6749 has it: bearer, of a length, in characters of a header', async () => {
    assert.partialDeepStrictEqual(await keptAfter({}), {
      accessToken: 'access',
      expiresAt: undefined,
    })
    for (const bad of [
      { token_type: 'DPoP' },
      { access_token: 'x'.repeat(20_000) },
      { access_token: 'a\r\nSet-Cookie: x=1' },
      { refresh_token: 'ünicode' },
    ])
      assert.equal(await keptAfter(bad), undefined, JSON.stringify(bad))
    assert.equal((await keptAfter({ scope: 'x'.repeat(5000) }))?.scope, undefined)
  })

  it('is refreshed, and the refresh token replaced by what comes with it (RFC 6749 §6)', async () => {
    const came = await refreshed()
    assert.ok(came.kind === 'refreshed')
    assert.match(came.tokens.accessToken, /^access-/)
    assert.ok(provider.refreshable.has(came.tokens.refreshToken ?? ''))
    assert.equal(came.tokens.scope, 'openid') // not said: as it was
  })

  it('keeps the refresh token that is not replaced', async () => {
    const came = await refreshed({ tokens: (all) => void delete all['refresh_token'] })
    assert.ok(came.kind === 'refreshed')
    assert.equal(came.tokens.refreshToken, 'first')
  })

  it('is over when the other side takes it no more (invalid_grant)', async () => {
    const before = tokens()
    provider.refreshable.clear()
    assert.deepEqual(await refreshed({}, before), { kind: 'ended', reason: 'invalid_grant' })
  })

  it('is shown to nobody but who gave it: not to what the connection is set to since', async () => {
    const asked = provider.asked.length
    const ended = { kind: 'ended', reason: 'other_client' }
    assert.deepEqual(await refreshed({}, tokens({ server: 'https://before.test' })), ended)
    assert.deepEqual(await refreshed({}, tokens({ clientId: 'before' })), ended)
    assert.equal(provider.asked.length, asked)
  })

  it('is not taken of somebody else: an ID token beside it is of the same person (OIDC Core §12.2)', async () => {
    // signed with the key that is published
    const own = await createKey('refresh')
    const lies = (sub: string, key = own): Lies => ({
      jwks: () => ({ keys: [own.public] }),
      claims: (claims) => void Object.assign(claims, { sub }),
      idToken: (claims) => sign(claims, key),
    })
    const { kind } = await refreshed(lies('ada'))
    assert.equal(kind, 'refreshed')
    assert.deepEqual(await refreshed(lies('eve')), { kind: 'ended', reason: 'other_person' })
    const forged = await refreshed(lies('ada', await createKey('refresh')))
    assert.partialDeepStrictEqual(forged, { kind: 'failed', reason: 'answer_refused' })
  })

  it('stays when the other side is down, slow, huge, elsewhere or talks nonsense (Q76)', async () => {
    const outages: readonly NonNullable<NonNullable<Lies['respond']>['token']>[] = [
      (res) => void res.writeHead(500).end('{}'),
      () => undefined,
      (res) => void res.writeHead(302, { location: 'https://evil.test' }).end(),
      (res) => void res.writeHead(200).end('x'.repeat(300_000)),
      (res) => void res.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
      (res) => void res.writeHead(401).end('{"error":"invalid_client"}'),
    ]
    for (const token of outages) {
      const { kind } = await refreshed({ respond: { token } })
      assert.equal(kind, 'failed', String(token))
    }
  })

  it('asks nobody for a disabled connection’s', async () => {
    const { refresh } = openOidcUpstream({ egress: provider.egress })
    const came = await refresh(connection, key(), tokens()) // `secretOf` gives none for it
    assert.partialDeepStrictEqual(came, { kind: 'failed', reason: 'connection_inactive' })
  })
})

it('says where a provider gives tokens that last, and what for', () => {
  const scopesOf = (type: 'google' | 'microsoft' | 'github', other: object = {}) => {
    const settings = { client_id: 'c', tenant: 'organizations', ...other }
    const wishes = { anew: false }
    return openOidcUpstream({}).peers(connectionOf(type, settings))?.provider.parameters(wishes)
  }
  const kept = { stores_tokens: true, more_scopes: ['calendar'] }
  assert.deepEqual(scopesOf('google', kept), {
    scope: 'openid email profile calendar',
    access_type: 'offline',
  })
  assert.equal(scopesOf('google')?.['access_type'], undefined)
  assert.equal(
    scopesOf('microsoft', kept)?.['scope'],
    'openid email profile offline_access calendar',
  )
  assert.equal(scopesOf('microsoft')?.['scope'], 'openid email profile')
  assert.equal(scopesOf('github', kept)?.['scope'], 'read:user user:email calendar')
})
