import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { systemClock } from '#kit/clock.ts'
import { providerForTests, type Lies } from '#test/support/lying-provider.ts'
import {
  connectionTo,
  leaveFor,
  openOidcUpstream,
  outcomeOf,
  roundTrip,
} from '#test/support/oidc-upstream.ts'

const provider = await providerForTests()

type Endpoint = 'discovery' | 'jwks' | 'token' | 'userinfo'
type Respond = (res: ServerResponse, req: IncomingMessage) => void

const json = { 'content-type': 'application/json' }
const hang: Respond = () => undefined
/** Milliseconds: what a sign-in may take here instead of five seconds, and what a busy machine adds. */
const patience = 400
const slack = 1500

const ways: readonly (readonly [what: string, respond: Respond])[] = [
  ['hangs', hang],
  ['begins and hangs', (res) => void res.writeHead(200, json).write('{')],
  ['hangs up', (res) => void res.destroy()],
  ['says 500', (res) => void res.writeHead(500).end('oops')],
  ['says 503', (res) => void res.writeHead(503, json).end('{}')],
  ['leads elsewhere', (res) => void res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['is huge', (res) => void res.writeHead(200, json).end(`{"a":"${'x'.repeat(300_000)}"}`)],
]
const nonsense: readonly (readonly [what: string, respond: Respond])[] = [
  ['says a page', (res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['says no JSON', (res) => void res.writeHead(200, json).end('{"a":')],
  ['says nothing', (res) => void res.writeHead(200, json).end()],
  ['says a list', (res) => void res.writeHead(200, json).end('[]')],
  ['says null', (res) => void res.writeHead(200, json).end('null')],
  ['says something else', (res) => void res.writeHead(200, json).end('{"hello":"world"}')],
]

describe('an upstream that is broken (R7, Q76)', () => {
  const open = () => openOidcUpstream({ secret: provider.clientSecret, patience })

  async function leaveFrom(): Promise<string> {
    const departure = await open().upstream.leave(leaveFor(connectionTo(provider)))
    return departure.kind === 'failed' ? `${departure.reason} ${departure.detail}` : departure.kind
  }

  /** Gets there while all is well, comes back when it is not. */
  async function comeBack(endpoint: Endpoint, respond: Respond): Promise<string> {
    const lies: Lies = {
      claims: (all) => void delete all['email'],
      respond: { [endpoint]: respond },
    }
    provider.lie(lies)
    return outcomeOf(await roundTrip(open(), provider, connectionTo(provider)))
  }

  async function inTime(work: Promise<string>): Promise<string> {
    const startedAt = systemClock.now()
    const outcome = await work
    assert.ok(systemClock.now() - startedAt < patience + slack, 'in time')
    return outcome
  }

  for (const [what, respond] of ways) {
    it(`lets nobody leave when its discovery ${what}`, async () => {
      provider.lie({ respond: { discovery: respond } })
      assert.match(await inTime(leaveFrom()), /^upstream_unavailable discovery\.unavailable/)
    })
    for (const endpoint of ['jwks', 'token', 'userinfo'] as const)
      it(`is said to be that when its ${endpoint} ${what}`, async () => {
        const outcome = await inTime(comeBack(endpoint, respond))
        assert.match(outcome, new RegExp(`^upstream_unavailable ${endpoint}\\.unavailable`))
      })
  }

  for (const [what, respond] of nonsense) {
    it(`lets nobody leave when its discovery ${what}`, async () => {
      provider.lie({ respond: { discovery: respond } })
      assert.equal(await inTime(leaveFrom()), 'upstream_unavailable discovery.malformed')
    })
    it(`signs nobody in when its keys are such that it ${what}`, async () => {
      assert.equal(await inTime(comeBack('jwks', respond)), 'upstream_unavailable jwks.malformed')
    })
    it(`signs nobody in when its token ${what}`, async () => {
      assert.equal(await inTime(comeBack('token', respond)), 'answer_refused token.malformed')
    })
    it(`signs nobody in when its userinfo ${what}`, async () => {
      const outcome = await inTime(comeBack('userinfo', respond))
      assert.match(outcome, /^answer_refused userinfo\.(?:malformed|sub)$/)
    })
  }

  const documents: readonly (readonly [string, Lies['discovery'] & {}, string])[] = [
    [
      'of another issuer (mix-up, RFC 9700 §4.4)',
      (all) => void (all['issuer'] = 'https://evil.test'),
      'discovery.issuer',
    ],
    [
      'of an issuer with a slash more (OIDC Discovery §4.3)',
      (all) => void (all['issuer'] = `${String(all['issuer'])}/`),
      'discovery.issuer',
    ],
    ['without an issuer', (all) => void delete all['issuer'], 'discovery.malformed'],
    [
      'without an authorization endpoint',
      (all) => void delete all['authorization_endpoint'],
      'discovery.malformed',
    ],
    ['without keys', (all) => void delete all['jwks_uri'], 'discovery.malformed'],
    [
      'with a script for an endpoint',
      (all) => void (all['authorization_endpoint'] = 'javascript:alert(1)'),
      'discovery.endpoint',
    ],
    [
      'with a file for keys',
      (all) => void (all['jwks_uri'] = 'file:///etc/passwd'),
      'discovery.endpoint',
    ],
    [
      'with a password in an endpoint',
      (all) => void (all['token_endpoint'] = 'https://a:b@idp.test/token'),
      'discovery.endpoint',
    ],
    [
      'with words for an endpoint',
      (all) => void (all['userinfo_endpoint'] = 'over there'),
      'discovery.endpoint',
    ],
  ]
  for (const [what, discovery, reason] of documents)
    it(`lets nobody leave with a document ${what}`, async () => {
      provider.lie({ discovery })
      assert.equal(await leaveFrom(), `upstream_unavailable ${reason}`)
    })

  for (const [endpoint, code] of [
    ['token_endpoint', 'token.unavailable'],
    ['jwks_uri', 'jwks.unavailable'],
  ] as const)
    it(`is not followed into a private network by its ${endpoint} (Q85)`, async () => {
      provider.lie({ discovery: (all) => void (all[endpoint] = 'http://169.254.169.254/latest') })
      const came = await roundTrip(open(), provider, connectionTo(provider))
      assert.equal(outcomeOf(came), `upstream_unavailable ${code}`)
    })

  it('is not asked for keys by who comes back without a code', async () => {
    provider.lie({ answer: (all) => all.set('error', 'access_denied'), respond: { jwks: hang } })
    const came = await roundTrip(open(), provider, connectionTo(provider))
    assert.equal(outcomeOf(came), 'upstream_cancelled error.cancelled: access_denied')
  })

  it('is not asked for a token by a client that is refused, in words of its own', async () => {
    const refuse: Respond = (res) =>
      void res.writeHead(401, json).end('{"error":"invalid_client","error_description":"call 555"}')
    const outcome = await comeBack('token', refuse)
    assert.equal(outcome, 'upstream_refused token.refused: invalid_client')
  })

  it('is asked for nothing where our secret is missing', async () => {
    const came = await roundTrip(
      openOidcUpstream({ secret: undefined }),
      provider,
      connectionTo(provider),
    )
    assert.equal(outcomeOf(came), 'connection_inactive connection.secret')
  })
})
