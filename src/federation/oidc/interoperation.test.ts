import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEgress } from '#http/egress.ts'
import { systemClock } from '#kit/clock.ts'
import { adaOfPeer, startOpenIdPeer, type OpenIdPeer } from '#test/support/openid-peer.ts'
import {
  browser,
  connectionOf,
  leaveFor,
  openOidcUpstream,
  outcomeOf,
  urlOf,
} from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import type { Arrival, Wishes } from '../federation.ts'
import { createOidcHealth } from './health.ts'
import type { Answer, OidcArrival } from './oidc.ts'

const redirectUris = [`${tenant.issuer}/federation/peer/callback`]
const egress = createEgress({ allow: ['127.0.0.0/8', '::1/128'] })

const to = (peer: OpenIdPeer, other: object = {}) =>
  connectionOf('oidc', { issuer: peer.issuer, client_id: peer.clientId, ...other })

function arrivalOf(came: OidcArrival): Arrival {
  assert.equal(outcomeOf(came), 'arrived')
  return (came as Extract<OidcArrival, { kind: 'arrived' }>).arrival
}

type Trip = {
  readonly settings?: object
  readonly wishes?: Partial<Wishes>
  readonly secret?: string
  readonly change?: (answer: URLSearchParams) => void
}

/** There and back, through its real endpoints. */
async function goTo(peer: OpenIdPeer, trip: Trip = {}): Promise<OidcArrival> {
  const { upstream } = openOidcUpstream({ egress, secret: trip.secret ?? peer.clientSecret })
  const connection = to(peer, trip.settings)
  const url = urlOf(await upstream.leave(leaveFor(connection, trip.wishes)))
  const { origin, pathname, searchParams } = await peer.visit(url)
  assert.equal(origin + pathname, redirectUris[0])
  trip.change?.(searchParams)
  const answer: Answer = Object.fromEntries(searchParams)
  return upstream.receive({ tenant, connection, answer, browser })
}

describe('a real OpenID Provider as upstream', () => {
  let peer: OpenIdPeer
  before(async () => {
    peer = await startOpenIdPeer({ redirectUris })
  })
  after(() => peer[Symbol.asyncDispose]())

  it('signs somebody in, whose address it tells at userinfo only', async () => {
    const { identity } = arrivalOf(await goTo(peer))
    assert.partialDeepStrictEqual(identity, {
      issuer: peer.issuer,
      subject: 'ada-of-peer',
      email: 'ada@peer.test',
      emailVerified: true,
      profile: { name: 'Ada of Peer' },
    })
  })

  it('takes the client secret in the body as well', async () => {
    const settings = { token_endpoint_auth_method: 'client_secret_post' }
    arrivalOf(await goTo(peer, { settings }))
  })

  it('asks anew when that was wished for, and proves it', async () => {
    const { identity } = arrivalOf(await goTo(peer, { wishes: { anew: true } }))
    assert.ok(Math.abs(identity.authentication.at - systemClock.now() / 1000) < 60)
  })

  it('is passed an age, a hint, languages and levels, and takes them', async () => {
    peer.person = { ...adaOfPeer, acr: 'urn:peer:strong', amr: ['pwd', 'otp'] }
    const wishes = {
      maxAge: 60,
      loginHint: 'ada@peer.test',
      uiLocales: 'de en',
      acrValues: ['urn:peer:strong'],
    }
    const { identity } = arrivalOf(await goTo(peer, { wishes }))
    peer.person = adaOfPeer
    assert.equal(identity.authentication.acr, 'urn:peer:strong')
  })

  it('says that somebody went back', async () => {
    peer.person = undefined
    const outcome = outcomeOf(await goTo(peer))
    peer.person = adaOfPeer
    assert.equal(outcome, 'upstream_cancelled error.cancelled: access_denied')
  })

  it('names itself in its answer, and nobody else may (RFC 9207)', async () => {
    const outcome = async (change: Trip['change']) =>
      outcomeOf(await goTo(peer, change ? { change } : {}))
    assert.equal(await outcome((all) => assert.equal(all.get('iss'), peer.issuer)), 'arrived')
    assert.equal(
      await outcome((all) => all.set('iss', 'https://evil.test')),
      'answer_refused answer.iss',
    )
    assert.equal(await outcome((all) => all.delete('iss')), 'answer_refused answer.iss')
  })

  it('redeems no code of somebody else’s errand: PKCE (RFC 9700 §4.5)', async () => {
    const { upstream } = openOidcUpstream({ egress, secret: peer.clientSecret })
    const connection = to(peer)
    const visit = async () => peer.visit(urlOf(await upstream.leave(leaveFor(connection))))
    const [mine, theirs] = [await visit(), await visit()]
    const answer = {
      ...Object.fromEntries(mine.searchParams),
      code: theirs.searchParams.get('code') ?? '',
    }
    const came = await upstream.receive({ tenant, connection, answer, browser })
    assert.equal(outcomeOf(came), 'answer_refused token.code: invalid_grant')
  })

  it('refuses a wrong secret, and its health says so before anybody leaves', async () => {
    const refused = 'token.refused: invalid_client'
    assert.equal(outcomeOf(await goTo(peer, { secret: 'wrong' })), `upstream_refused ${refused}`)
    const clientOf = async (secret: string) => {
      const { peers } = openOidcUpstream({ egress })
      const deps = {
        peers,
        egress,
        clock: systemClock,
        connections: { secretOf: async () => secret },
      }
      const health = await createOidcHealth(deps)(to(peer), { refresh: true })
      return health?.checks.find(({ name }) => name === 'client')?.detail
    }
    assert.equal(await clientOf('wrong'), refused)
    assert.equal(await clientOf(peer.clientSecret), 'it knows our client')
  })

  it('is not believed with another algorithm than the pinned one (RFC 8725 §3.1)', async () => {
    const settings = { id_token_signed_response_alg: 'ES256' }
    assert.equal(outcomeOf(await goTo(peer, { settings })), 'answer_refused id_token.alg')
  })
})

for (const alg of ['PS256', 'ES256', 'EdDSA'] as const)
  it(`a real OpenID Provider that signs with ${alg} signs somebody in`, async () => {
    await using peer = await startOpenIdPeer({ redirectUris, alg })
    arrivalOf(await goTo(peer, { settings: { id_token_signed_response_alg: alg } }))
  })
