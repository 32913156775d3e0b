import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import Koa from 'koa'
import { cookies } from '#http/cookies.ts'
import { readForm } from '#http/form.ts'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { createBrowserCookie } from '#login/email-code/browser-cookie.ts'
import { bindTenant, type Tenant } from '#tenant/tenant.ts'
import { startLyingProvider, type LyingProvider } from '#test/support/lying-provider.ts'
import {
  browser,
  connectionOf,
  connectionTo,
  leaveFor,
  openOidcUpstream,
  urlOf,
} from '#test/support/oidc-upstream.ts'
import { tenant } from '#test/support/password-login.ts'
import type { Connection } from '../federation.ts'
import { createOidcCallbackRouter } from './login.ts'

const cookie = `__Host-signet-browser=${browser}`
const other = { ...tenant, id: brandId<typeof tenant.id>('other'), slug: 'other' }

describe('the way back (RFC 6749 §4.1.2)', () => {
  let provider: LyingProvider
  let under: ReturnType<typeof openOidcUpstream>
  let peer: Connection
  let connections: Connection[]
  let where: Tenant
  let origin: string
  const server = createServer()

  before(async () => {
    provider = await startLyingProvider()
    server.on('request', (req, res) => void handler()(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await provider[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    provider.lie({})
    under = openOidcUpstream({ secret: provider.clientSecret })
    peer = connectionTo(provider)
    connections = [
      peer,
      connectionTo(provider, { id: brandId<ConnectionId>('other') }),
      connectionOf('saml', {}, { id: brandId<ConnectionId>('saml') }),
    ]
    where = tenant
  })

  function handler() {
    const koa = new Koa()
    koa.use((ctx, next) => {
      bindTenant(ctx.req, where)
      return next()
    })
    const router = createOidcCallbackRouter({
      upstream: under.upstream,
      posted: under.posted,
      connections: {
        find: async (_, id) => connections.find((one) => one.id === id),
        publicKeysOf: async () => [],
      },
      arrivals: {
        arrived: async (_, { identity }) => `/arrived?${identity.subject}`,
        failed: async (_, { reason, detail }) => `/failed?${reason}:${encodeURIComponent(detail)}`,
      },
      browserCookie: createBrowserCookie(cookies),
      readForm,
    })
    koa.use(router.routes())
    koa.silent = true
    return koa.callback()
  }

  /** The answer of the other side to somebody who left by the connection. */
  const leave = async (connection = peer): Promise<URLSearchParams> =>
    provider.authorize(urlOf(await under.upstream.leave(leaveFor(connection))))

  const get = (
    query: URLSearchParams | string,
    options: { cookie?: string; path?: string; method?: string } = {},
  ) =>
    fetch(`${origin}/federation/${options.path ?? 'peer'}/callback?${String(query)}`, {
      method: options.method ?? 'GET',
      redirect: 'manual',
      headers: { cookie: options.cookie ?? cookie },
    })

  const location = async (answer: Promise<Response> | Response): Promise<string> => {
    const { status, headers } = await answer
    assert.equal(status, 303)
    return decodeURIComponent(headers.get('location') ?? '')
  }

  it('leads on, without a code in the address', async () => {
    assert.equal(await location(get(await leave())), '/arrived?ada')
  })

  it('is good once (Zitadel CVE-2025-46815)', async () => {
    const answer = await leave()
    await get(answer)
    assert.equal(await location(get(answer)), '/failed?errand_unknown:state.unknown')
  })

  it('is good for one of twenty who come at once, and the code is redeemed once', async () => {
    const answer = await leave()
    const before = provider.asked.filter((name) => name === 'token').length
    const all = await Promise.all(Array.from({ length: 20 }, () => location(get(answer))))
    assert.equal(all.filter((address) => address === '/arrived?ada').length, 1)
    assert.equal(provider.asked.filter((name) => name === 'token').length - before, 1)
  })

  for (const [what, given] of [
    ['no cookie', ''],
    ['another browser’s', `__Host-signet-browser=${'C'.repeat(43)}`],
    ['two of them', `${cookie}; ${cookie}`],
  ] as const)
    it(`is nobody’s with ${what} (login CSRF, RFC 9700 §4.7)`, async () => {
      const before = provider.asked.length
      const answer = await leave()
      assert.equal(
        await location(get(answer, { cookie: given })),
        '/failed?errand_unknown:state.other_browser',
      )
      assert.equal(await location(get(answer)), '/failed?errand_unknown:state.unknown', 'used up')
      assert.equal(provider.asked.slice(before).includes('token'), false)
    })

  it('is no way into another connection (mix-up, RFC 9700 §4.4)', async () => {
    const answer = await leave()
    assert.equal(
      await location(get(answer, { path: 'other' })),
      '/failed?errand_unknown:state.unknown',
    )
    assert.equal(await location(get(answer)), '/arrived?ada', 'and is not used up there')
  })

  it('is no way into another tenant', async () => {
    const answer = await leave()
    where = other
    const theirs = `__Host-signet-browser=${browser}`
    assert.equal(
      await location(get(answer, { cookie: theirs })),
      '/failed?errand_unknown:state.unknown',
    )
  })

  const refused: readonly (readonly [string, (answer: URLSearchParams) => void, string])[] = [
    ['no state', (all) => all.delete('state'), 'errand_unknown:state.missing'],
    ['an empty state', (all) => all.set('state', ''), 'errand_unknown:state.missing'],
    ['two states', (all) => all.append('state', 'x'), 'errand_unknown:state.missing'],
    [
      'a state nobody gave',
      (all) => all.set('state', 'x'.repeat(43)),
      'errand_unknown:state.unknown',
    ],
    ['no code', (all) => all.delete('code'), 'answer_refused:answer.code'],
    ['two codes', (all) => all.append('code', 'x'), 'answer_refused:answer.malformed'],
    [
      'a code of 9000 characters',
      (all) => all.set('code', 'x'.repeat(9000)),
      'answer_refused:answer.malformed',
    ],
    ['a code with a NUL', (all) => all.set('code', 'x\0'), 'answer_refused:answer.malformed'],
    [
      'a code nobody gave',
      (all) => all.set('code', 'x'),
      'answer_refused:token.code: invalid_grant',
    ],
    [
      'an iss of somebody else (RFC 9207 §2.4)',
      (all) => all.set('iss', 'https://evil.test'),
      'answer_refused:answer.iss',
    ],
    [
      'two iss',
      (all) => ['a', 'b'].forEach((iss) => all.append('iss', iss)),
      'answer_refused:answer.malformed',
    ],
    [
      'an error',
      (all) => all.set('error', 'server_error'),
      'upstream_refused:error.answered: server_error',
    ],
    [
      'an error that is a sentence',
      (all) => all.set('error', '<b>call 555</b>'),
      'upstream_refused:error.answered',
    ],
    [
      'an error from somebody else',
      (all) =>
        [
          ['error', 'access_denied'],
          ['iss', 'https://evil.test'],
        ].forEach(([name = '', value = '']) => all.set(name, value)),
      'answer_refused:answer.iss',
    ],
    [
      'the wish to go back',
      (all) => all.set('error', 'access_denied'),
      'upstream_cancelled:error.cancelled: access_denied',
    ],
  ]
  for (const [what, change, expected] of refused)
    it(`is refused with ${what}`, async () => {
      const answer = await leave()
      change(answer)
      answer.set('error_description', 'call 555')
      const came = await get(answer)
      assert.equal(await location(came), `/failed?${expected}`)
      assert.equal((await came.text()).includes('555'), false)
    })

  it('looks at an error only for who was sent', async () => {
    assert.equal(
      await location(get('error=access_denied&state=x')),
      '/failed?errand_unknown:state.unknown',
    )
  })

  it('takes no code of somebody else’s errand: PKCE (RFC 9700 §4.5)', async () => {
    const [mine, theirs] = [await leave(), await leave()]
    mine.set('code', theirs.get('code') ?? '')
    assert.equal(await location(get(mine)), '/failed?answer_refused:token.code: invalid_grant')
  })

  it('nor where the other side knows no PKCE: nonce (RFC 9700 §4.5)', async () => {
    const [mine, theirs] = [await leave(), await leave()]
    mine.set('code', theirs.get('code') ?? '')
    provider.lie({ ignoresPkce: true })
    assert.equal(await location(get(mine)), '/failed?answer_refused:id_token.nonce')
  })

  it('wants the iss that was promised (RFC 9207 §2.4)', async () => {
    provider.lie({
      discovery: (all) => void (all['authorization_response_iss_parameter_supported'] = true),
    })
    const [bare, named] = [await leave(), await leave()]
    named.set('iss', provider.issuer)
    assert.equal(await location(get(bare)), '/failed?answer_refused:answer.iss')
    assert.equal(await location(get(named)), '/arrived?ada')
  })

  for (const [what, change, expected] of [
    ['was disabled', { status: 'disabled' }, 'connection.inactive'],
    ['became a draft', { status: 'draft' }, 'connection.inactive'],
    ['was changed', { version: 2 }, 'connection.changed'],
  ] as const)
    it(`is over when the connection ${what} meanwhile (Q18)`, async () => {
      const answer = await leave()
      connections = [{ ...peer, ...change }]
      assert.equal(await location(get(answer)), `/failed?connection_inactive:${expected}`)
    })

  for (const path of ['unknown', 'saml', 'Peer', '..%2fpeer', 'x'.repeat(100)])
    it(`is not there for ${path.slice(0, 9)}`, async () => {
      assert.equal((await get(await leave(), { path })).status, 404)
    })

  it('is not used up by who only looks', async () => {
    const answer = await leave()
    assert.equal((await get(answer, { method: 'HEAD' })).status, 404)
    assert.equal(await location(get(answer)), '/arrived?ada')
  })

  describe('by a POST from elsewhere (reference/federation.md §2.2 rule 24)', () => {
    const post = (body: URLSearchParams, given = '') =>
      fetch(`${origin}/federation/peer/callback`, {
        method: 'POST',
        redirect: 'manual',
        body,
        headers: { cookie: given },
      })

    it('goes on to our own address, where the cookie comes along', async () => {
      const answer = await leave()
      const next = await location(post(answer))
      assert.match(next, /^\/federation\/peer\/callback\?handle=[\w-]{43}$/)
      const query = next.slice(next.indexOf('?') + 1)
      assert.equal(await location(get(query)), '/arrived?ada')
      assert.equal(await location(get(query)), '/failed?errand_unknown:state.missing', 'once')
    })

    it('proves nothing by itself, and not to another browser', async () => {
      const next = await location(post(await leave()))
      const query = next.slice(next.indexOf('?') + 1)
      assert.equal(
        await location(get(query, { cookie: '' })),
        '/failed?errand_unknown:state.other_browser',
      )
    })

    it('does not open at another connection', async () => {
      const next = await location(post(await leave()))
      const query = next.slice(next.indexOf('?') + 1)
      assert.equal(
        await location(get(query, { path: 'other' })),
        '/failed?errand_unknown:state.missing',
      )
    })

    it('keeps nothing that nobody waits for', async () => {
      const kept = new URLSearchParams({ state: 'x'.repeat(43), code: 'x' })
      assert.equal(await location(post(kept)), '/federation/peer/callback?handle=unknown')
      assert.equal(await location(get('handle=unknown')), '/failed?errand_unknown:state.missing')
    })
  })
})
