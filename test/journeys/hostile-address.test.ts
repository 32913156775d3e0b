import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { assertDecent, exchange, requestText } from '#test/support/hostile.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const evil = 'evil.example.test'
const discovery = '/.well-known/openid-configuration'

describe('hostile addresses, from a stranger (F4, Q92)', () => {
  let world: World
  let host: string
  before(async () => {
    world = await openWorld({ settings: { TRUSTED_PROXIES: '' } })
    host = new URL(world.issuer).host
  })
  after(() => world[Symbol.asyncDispose]())

  type Header = readonly [string, string]
  const get = (path: string, ...headers: readonly Header[]) =>
    exchange(world.port, requestText(`GET ${path} HTTP/1.1`, [['Host', host], ...headers]))
  const withHost = (path: string, value: string) =>
    exchange(world.port, requestText(`GET ${path} HTTP/1.1`, [['Host', value]]))

  const paths = [
    discovery,
    '/jwks',
    '/authorize',
    '/token',
    '/userinfo',
    '/',
    '/device',
    '/t/acme/jwks',
  ]

  it('a host that is no issuer is refused everywhere, before anything is built from it', async () => {
    const hosts = [
      evil,
      `${host}.${evil}`,
      `${evil}:${world.port}`,
      `localhost`,
      `localhost:1`,
      `localhost:99999`,
      `${host}@${evil}`,
      `${evil}@${host}`,
      `${host}, ${evil}`,
      `${host}/`,
      `${host}#`,
      `[::1`,
      `..`,
      `%00`,
      `a b`,
      `xn--`,
      'x'.repeat(600),
    ]
    for (const value of hosts) {
      for (const path of paths) {
        const answer = await withHost(path, value)
        const what = `${path} at ${value.slice(0, 40)}`
        assertDecent(answer, what)
        assert.equal(answer.status, 421, what)
        assert.doesNotMatch(answer.body, /evil/, what)
        assert.equal(answer.headers.get('location'), undefined, what)
      }
    }
  })

  it('what is malformed never reaches a store (F11)', async (t) => {
    const { database } = world.app
    const asked: unknown[] = []
    const listen = (query: unknown) => void asked.push(query)
    database.knex.on('query', listen)
    const statements = t.mock.method(database.statements, 'run')
    await world.pass(2) // nothing is remembered any more
    for (const path of ['/%00', '/token?x=%00', '/%ed%a0%80', '//x', `/${'a'.repeat(9000)}`, '/%'])
      assert.ok([400, 414].includes((await get(path)).status))
    for (const value of ['a b', '[::1,', `${host}@${evil}`, `${evil}/t/acme`, '%00', '\x80', ''])
      assert.equal((await withHost(discovery, value)).status, 421, value)
    assert.deepEqual([asked, statements.mock.callCount()], [[], 0])
    await get('/authorize?client_id=web')
    assert.ok(asked.length > 0, 'the spy sees what is asked')
    database.knex.off('query', listen)
  })

  it('a host may be written in another case', async () => {
    const answer = await withHost(discovery, host.toUpperCase())
    assert.equal(answer.status, 200)
    assert.match(answer.body, new RegExp(`"issuer": "${world.issuer}"`))
  })

  it('no host, an empty one, or two of them lead nowhere', async () => {
    const line = `GET ${discovery} HTTP/1.`
    const requests = [
      requestText(`${line}1`, []),
      requestText(`${line}0`, []),
      requestText(`${line}1`, [['Host', '']]),
      requestText(`${line}1`, [
        ['Host', evil],
        ['Host', host],
      ]),
      requestText(`GET http://${evil}${discovery} HTTP/1.1`, [['Host', host]]),
      requestText(`GET http://${host}${discovery} HTTP/1.1`, [['Host', evil]]),
      requestText(`GET //${evil}${discovery} HTTP/1.1`, [['Host', host]]),
    ]
    for (const request of requests) {
      const answer = await exchange(world.port, request)
      assert.ok([400, 421].includes(answer.status), `${request}${answer.status}`)
      assert.doesNotMatch(answer.body, /evil/)
    }
  })

  it('forwarded headers of a stranger are not believed', async () => {
    const headers: readonly Header[] = [
      ['X-Forwarded-Host', evil],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Port', '444'],
      ['X-Forwarded-Prefix', '/evil'],
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Original-URL', '/admin'],
      ['X-Rewrite-URL', '/admin'],
      ['Forwarded', `for=203.0.113.9;host=${evil};proto=https`],
    ]
    const clean = await get(discovery)
    const poisoned = await get(discovery, ...headers)
    assert.equal(poisoned.body, clean.body)
    const query =
      'client_id=web&response_type=code&scope=openid&state=s&nonce=n&code_challenge_method=S256' +
      `&code_challenge=${'c'.repeat(43)}&redirect_uri=https://web.example.test/callback`
    const started = await get(`/authorize?${query}`, ...headers)
    assert.equal(started.status, 303)
    assert.match(started.headers.get('location') ?? '', /^\/interaction\//)
    assert.doesNotMatch([...started.headers.values()].join('\n'), /evil|Secure/i)
    for (const path of ['/device', '/', '/nothing', '/interaction/none']) {
      const answer = await get(path, ...headers)
      assertDecent(answer, path)
      assert.doesNotMatch(answer.body, /evil/, path)
    }
  })

  it('discovery was never poisoned for anybody else', async () => {
    await withHost('/.WELL-KNOWN/openid-configuration', evil)
    for (const path of [discovery, '/.WELL-KNOWN/OpenID-configuration', `${discovery}/`]) {
      const answer = await get(path, ['X-Forwarded-Host', evil])
      assert.doesNotMatch(answer.body, /evil/)
      assertDecent(answer, path)
    }
  })

  it('a path has one reading', async () => {
    const cases: readonly (readonly [string, number])[] = [
      ['//', 400],
      ['//token', 400],
      ['/\\token', 404],
      ['/%', 400],
      ['/%zz', 400],
      ['/%00', 400],
      ['/jwks%00', 400],
      ['/%c0%ae%c0%ae/jwks', 400],
      ['/%ed%a0%80', 400],
      ['/jwks?x=%00', 400],
      ['/jwks?x=%ff', 400],
      ['/a/../jwks', 404],
      ['/../jwks', 404],
      ['/./jwks', 404],
      ['/%2e%2e/jwks', 404],
      ['/t/acme/../jwks', 404],
      ['/t/acme/%2e%2e/jwks', 404],
      ['/jwks/../token', 404],
      ['/jwks;x=1', 404],
      ['/jwks/x', 404],
      ['/%6awks', 404],
      ['/jwks%2f', 404],
      ['/jwks%20', 404],
      ['/T/acme/jwks', 404],
      ['/t/acme%2fjwks', 404],
      ['/token.json', 404],
      ['/account.css', 404],
      ['/interaction/..%2f..%2ftoken', 400],
      ['/constructor', 404],
      ['/__proto__', 404],
      ['/assets/../../package.json', 404],
      ['/assets/%2e%2e%2fpackage.json', 404],
      [`/${'a'.repeat(9000)}`, 414],
      [`/?${'a'.repeat(9000)}`, 414],
    ]
    for (const [path, status] of cases) {
      const answer = await get(path)
      assertDecent(answer, path.slice(0, 60))
      assert.equal(answer.status, status, path.slice(0, 60))
    }
  })

  it('an endpoint in another case, or with a slash, is held to the same rules', async () => {
    for (const path of ['/ToKeN', '/token/', '/TOKEN/']) {
      const request = requestText(
        `POST ${path} HTTP/1.1`,
        [
          ['Host', host],
          ['Content-Type', 'application/x-www-form-urlencoded'],
        ],
        'grant_type=client_credentials&client_id=machine&client_secret=wrong',
      )
      const answer = await exchange(world.port, request)
      assertDecent(answer, path)
      assert.equal(answer.status, 401, path)
      assert.match(
        answer.headers.get('content-security-policy') ?? '',
        /^default-src 'none'; frame/,
      )
    }
  })

  it('a method that is not served is refused, and HEAD does nothing (Q94)', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ...['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY', 'OPTIONS'].flatMap(
        (method) =>
          ['/token', '/authorize', '/', '/interaction/x', '/jwks'].map((path): [string, string] => [
            method,
            path,
          ]),
      ),
      ['GET', '/token'],
      ['POST', '/authorize'],
      ['POST', '/'],
      ['GET', '/par'],
      ['POST', '/logout'],
    ]
    for (const [method, path] of cases) {
      const answer = await exchange(
        world.port,
        requestText(`${method} ${path} HTTP/1.1`, [['Host', host]]),
      )
      const what = `${method} ${path}`
      assertDecent(answer, what)
      const isServed = method === 'OPTIONS' || (method === 'HEAD' && ['/', '/jwks'].includes(path))
      if (!isServed) assert.ok([400, 404, 405].includes(answer.status), `${what} ${answer.status}`)
      if (method === 'HEAD') assert.equal(answer.body, '', what)
      assert.equal(answer.headers.get('set-cookie'), undefined, what)
    }
  })

  it('who posts nothing, and says so by no length, is answered all the same', async () => {
    const ours = ['/interaction/x/password', '/recover', '/api/v1/auth/login']
    const engines = ['/token', '/par', '/introspect', '/revoke', '/register', '/device', '/logout']
    for (const path of [...engines, ...ours]) {
      for (const type of ['application/x-www-form-urlencoded', 'application/json']) {
        const request = requestText(`POST ${path} HTTP/1.1`, [
          ['Host', host],
          ['Content-Type', type],
        ])
        const answer = await exchange(world.port, request)
        assertDecent(answer, `${path} ${type}`)
        assert.ok(answer.status >= 400, `${path} ${type} ${answer.status}`)
      }
    }
  })

  it('too many or too large headers are refused', async () => {
    const large = await get('/jwks', ['X-Large', 'a'.repeat(20_000)])
    assert.equal(large.status, 431)
    const cookie = await get('/authorize', ['Cookie', `signet=${'a'.repeat(15_000)}`])
    assert.ok(cookie.status < 500)
  })

  it('nonsense on the wire gets a whole answer and the end of the connection', async () => {
    const requests = [
      'nonsense\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: x\r\n\r\n`,
      `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /token HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nX-A: a\x00b\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost : ${host}\r\n\r\n`,
      `GET /\x00 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      `GET /\xff HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    ]
    for (const request of requests) {
      const answer = await exchange(world.port, Buffer.from(request, 'latin1'))
      assert.ok(answer.status >= 400 && answer.status < 500, `${request} ${answer.status}`)
    }
  })
})

describe('hostile addresses, through a trusted proxy (F4, F5)', () => {
  let world: World
  before(async () => {
    world = await openWorld({ issuer: 'https://id.example.test' })
  })
  after(() => world[Symbol.asyncDispose]())

  const get = (path: string, headers: Readonly<Record<string, string>>) =>
    exchange(world.port, requestText(`GET ${path} HTTP/1.1`, Object.entries(headers)))

  it('the host the proxy was asked for decides, and it must be an issuer', async () => {
    const inner = { Host: '10.0.0.7:3000', 'X-Forwarded-Proto': 'https' }
    const named = await get(discovery, { ...inner, 'X-Forwarded-Host': 'id.example.test' })
    assert.equal(named.status, 200)
    assert.equal((await get(discovery, inner)).status, 421)
    const foreign = await get(discovery, { ...inner, 'X-Forwarded-Host': evil })
    assert.equal(foreign.status, 421)
    const appended = await get(discovery, {
      ...inner,
      'X-Forwarded-Host': `${evil}, id.example.test`,
    })
    assert.equal(appended.status, 200)
    assert.doesNotMatch(appended.body, /evil/)
  })

  it('cookies are sealed to https and the one host, and HSTS is said (Q66, Q69)', async () => {
    const headers = { Host: 'id.example.test', 'X-Forwarded-Proto': 'https' }
    const answer = await get('/device', headers)
    assertDecent(answer, '/device')
    assert.match(answer.headers.get('strict-transport-security') ?? '', /max-age=31536000/)
    const cookie = answer.headers.get('set-cookie') ?? ''
    assert.match(cookie, /^__Host-signet(\.sig)?=/)
    for (const attribute of [/; path=\//i, /; secure/i, /; httponly/i, /; samesite=lax/i])
      assert.match(cookie, attribute)
  })
})
