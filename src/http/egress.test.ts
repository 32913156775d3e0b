import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { AppError } from '#kit/errors.ts'
import { testCertificate } from '#test/support/certificate.ts'
import { createEgress, type Resolve } from './egress.ts'
import { isPublicAddress } from './outbound-address.ts'

const loopback = ['127.0.0.0/8']
const toLoopback: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])

const words = (text: string) => text.trim().split(/\s+/)

async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return error
  }
  return assert.fail('it was allowed')
}

describe('the addresses of the public Internet (Q85, RFC 6890)', () => {
  it('are these', () => {
    for (const ip of ['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:2800:220:1::1', '2a00::1'])
      assert.equal(isPublicAddress(ip), true, ip)
  })

  const special = words(`
    0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
    240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 fc00::1
    fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2001::1 2001:2::1 2001:db8::1 2002:7f00:1:: 3fff::1
    5f00::1
    localhost 1.1.1 1.1.1.1.1`)
  for (const ip of special)
    it(`are not ${ip}`, () => {
      assert.equal(isPublicAddress(ip), false)
    })

  it('are not our own', () => {
    assert.equal(isPublicAddress('1.1.1.1', ['1.1.1.2']), true)
    assert.equal(isPublicAddress('1.1.1.1', ['1.1.1.2', '1.1.1.1']), false)
    assert.equal(isPublicAddress('2606:4700::1', ['2606:4700:0:0::1']), false)
  })
})

describe('the way out (Q85)', () => {
  let server: Server
  let tlsServer: Server
  let origin: string
  let tlsOrigin: string
  let handle: RequestListener = (_req, res) => void res.end()
  let requests = 0

  before(async () => {
    const listener: RequestListener = (req, res) => {
      requests += 1
      handle(req, res)
    }
    server = createServer(listener).listen(0, '127.0.0.1')
    tlsServer = createTlsServer(testCertificate, listener).listen(0, '127.0.0.1')
    await Promise.all([once(server, 'listening'), once(tlsServer, 'listening')])
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    tlsOrigin = `https://rp.example.test:${String((tlsServer.address() as AddressInfo).port)}`
  })

  after(() => {
    for (const one of [server, tlsServer]) {
      one.closeAllConnections()
      one.close()
    }
  })

  const allowed = createEgress({ allow: loopback })

  describe('refuses, before it connects,', () => {
    const names: Record<string, string> = {
      'metadata.evil.example': '169.254.169.254',
      'loopback.evil.example': '127.0.0.1',
      'mapped.evil.example': '::ffff:10.0.0.1',
      'nat64.evil.example': '64:ff9b::a00:1',
    }
    const guarded = createEgress({
      allow: [],
      resolve: (name) => {
        const address = names[name] ?? '127.0.0.1'
        return Promise.resolve([{ address, family: address.includes(':') ? 6 : 4 }])
      },
    })

    const targets = words(`
      https://metadata.evil.example/ https://loopback.evil.example/ https://mapped.evil.example/
      https://nat64.evil.example/ https://127.0.0.1/ https://[::1]/ https://0x7f.1/
      https://2130706433/ https://[::ffff:127.0.0.1]/ https://169.254.169.254/latest
      https://localhost/ http://1.1.1.1/ https://1.1.1.1:8443/ https://1.1.1.1:22/
      https://user:pass@1.1.1.1/ ftp://1.1.1.1/ file:///etc/passwd data:,x x`)
    for (const target of targets)
      it(target, async () => {
        const { code, status, message } = await refusal(guarded(target))
        assert.deepEqual([code, status], ['http.egress_refused', 400])
        assert.equal(message, 'The address could not be reached.')
      })
  })

  it('reaches on this machine the one address and port that were allowed, by its number', async () => {
    handle = (_req, res) => void res.end('here')
    const one = createEgress({ allow: [], allowOrigins: [origin], resolve: toLoopback })
    assert.equal(await (await one(`${origin}/path?query`)).text(), 'here')
    const { port } = new URL(origin)
    const others = [`http://localhost:${port}/`, `https://127.0.0.1:${port}/`, 'http://127.0.0.1/']
    for (const other of [...others, `http://127.0.0.2:${port}/`, `http://127.0.0.1:1/`])
      assert.equal((await refusal(one(other))).code, 'http.egress_refused', other)
  })

  it('connects to no address but those that were checked (DNS rebinding)', async () => {
    let asked = 0
    const rebinding = createEgress({
      allow: [],
      resolve: () => {
        asked += 1
        const address = asked === 1 ? '10.0.0.1' : '127.0.0.1'
        return Promise.resolve([{ address, family: 4 }])
      },
    })
    requests = 0
    assert.equal((await refusal(rebinding('https://evil.example/'))).code, 'http.egress_refused')
    assert.deepEqual([asked, requests], [1, 0])
  })

  it('takes of several addresses only the allowed ones', async () => {
    handle = (_req, res) => void res.end('here')
    const mixed = createEgress({
      allow: ['127.0.0.1/32'],
      resolve: () =>
        Promise.resolve([
          { address: '127.0.0.2', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    })
    const response = await mixed(origin.replace('127.0.0.1', 'rp.example.test'))
    assert.equal(await response.text(), 'here')
  })

  it('speaks http, on any port, only to networks that the operator named', async () => {
    handle = (_req, res) => void res.end('inside')
    assert.equal(await (await allowed(origin)).text(), 'inside')
    const other = createEgress({ allow: ['10.0.0.0/8'] })
    assert.equal((await refusal(other(origin))).code, 'http.egress_refused')
  })

  it('verifies the certificate for the name', async () => {
    handle = (_req, res) => void res.end('secure')
    const trusting = createEgress({
      allow: loopback,
      resolve: toLoopback,
      ca: testCertificate.cert,
    })
    assert.equal(await (await trusting(tlsOrigin)).text(), 'secure')
    const other = tlsOrigin.replace('rp.', 'evil.')
    assert.equal((await refusal(trusting(other))).code, 'http.egress_failed')
    const wary = createEgress({ allow: loopback, resolve: toLoopback })
    assert.equal((await refusal(wary(tlsOrigin))).code, 'http.egress_failed')
  })

  it('sends what it is given, as fetch does', async () => {
    handle = (req, res) => {
      let body = ''
      req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      req.on('end', () => {
        const {
          'content-type': type,
          authorization,
          'content-length': length,
          cookie,
        } = req.headers
        res.setHeader('content-type', 'application/json')
        res.end(JSON.stringify({ method: req.method, type, authorization, length, cookie, body }))
      })
    }
    const response = await allowed(new URL('/logout', origin), {
      method: 'POST',
      headers: new Headers({ authorization: 'Bearer x' }),
      body: new URLSearchParams({ logout_token: 'a b' }),
    })
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.deepEqual(await response.json(), {
      method: 'POST',
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      authorization: 'Bearer x',
      length: '16',
      body: 'logout_token=a+b',
    })
  })

  it('follows no redirect', async () => {
    requests = 0
    handle = (_req, res) => void res.writeHead(302, { location: `${origin}/elsewhere` }).end()
    const response = await allowed(origin)
    assert.deepEqual([response.status, requests], [302, 1])
  })

  it('gives an answer without a body as one', async () => {
    handle = (_req, res) => void res.writeHead(204).end()
    const response = await allowed(origin)
    assert.deepEqual([response.status, response.body], [204, null])
  })

  it('reads no more than it was allowed', async () => {
    handle = (_req, res) => void res.end('x'.repeat(64 * 1024))
    assert.equal((await (await allowed(origin)).text()).length, 64 * 1024)
    assert.equal((await refusal(allowed(origin, { maxBytes: 5120 }))).code, 'http.egress_failed')
    handle = (_req, res) => void res.end('x'.repeat(64 * 1024 + 1))
    assert.equal((await refusal(allowed(origin))).code, 'http.egress_failed')
  })

  it('takes no compressed answer, which could grow', async () => {
    handle = (req, res) => {
      assert.equal(req.headers['accept-encoding'], 'identity')
      res.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
    }
    assert.equal((await refusal(allowed(origin))).code, 'http.egress_failed')
  })

  it('waits no longer than its time, for the name, the head or the rest', async () => {
    const hasty = createEgress({ allow: loopback, timeout: 30 })
    handle = () => undefined
    assert.equal((await refusal(hasty(origin))).code, 'http.egress_failed')
    handle = (_req, res) => void res.write('half')
    assert.equal((await refusal(hasty(origin))).code, 'http.egress_failed')
    const deaf = createEgress({
      allow: [],
      timeout: 30,
      resolve: () => new Promise(() => undefined),
    })
    assert.equal((await refusal(deaf('https://rp.example.test/'))).code, 'http.egress_failed')
  })

  it('stops when its caller does', async () => {
    requests = 0
    const signal = AbortSignal.abort()
    assert.equal((await refusal(allowed(origin, { signal }))).code, 'http.egress_failed')
    assert.equal(requests, 0)
  })

  it('says the same of a closed port, an unknown name and a refused address', async () => {
    const unknown = createEgress({
      allow: [],
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    })
    const messages = await Promise.all(
      [
        allowed('http://127.0.0.1:1/'),
        unknown('https://nowhere.example/'),
        allowed('https://10.0.0.1/'),
      ].map(async (work) => (await refusal(work)).message),
    )
    assert.equal(new Set(messages).size, 1)
  })

  it('opens at most four connections to a host at once', async () => {
    const held: (() => void)[] = []
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>()
    handle = (req, res) => {
      if (req.url === '/probe') res.end()
      else if (held.push(() => res.end()) === 4) isFull()
    }
    const answers = Array.from({ length: 8 }, () => allowed(origin))
    await full
    // Connections are accepted in their order: a fifth would have been served before this one of another client.
    await createEgress({ allow: loopback })(`${origin}/probe`)
    assert.equal(held.length, 4)
    handle = (_req, res) => void res.end()
    for (const answer of held) answer()
    const responses = await Promise.all(answers)
    assert.ok(responses.every(({ status }) => status === 200))
  })
})
