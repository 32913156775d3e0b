import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  Agent,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
} from 'node:http'
import { get as getHttps } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { AppError } from '#kit/errors.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { testCertificate } from '#test/support/certificate.ts'
import { createServer, type HttpServer } from './server.ts'

type Options = { drain?: number; tls?: { certFile: string; keyFile: string }; port?: number }

function build(handler: RequestListener, { drain = 5000, tls, port = 0 }: Options = {}) {
  const config = { host: '127.0.0.1', port, tls, drain }
  return createServer({ config, handler, logger: silentLogger })
}

const hello: RequestListener = (_req, res) => void res.end('hello')

/** Sends raw bytes; everything the server says until it closes the connection. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close')
  return answer
}

async function read(res: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of res.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}

async function serve(server: HttpServer, work: (port: number) => Promise<void>): Promise<void> {
  const { port } = await server.listen()
  try {
    await work(port)
  } finally {
    await server.drain()
  }
}

describe('the server', () => {
  it('answers on a free port', () =>
    serve(build(hello), async (port) => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/`)
      assert.equal(await response.text(), 'hello')
    }))

  it('says plainly that the port is taken', () =>
    serve(build(hello), async (port) => {
      await assert.rejects(build(hello, { port }).listen(), (error) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, 'http.port_taken')
        assert.match(error.message, new RegExp(`port ${String(port)} on 127\\.0\\.0\\.1 is in use`))
        return true
      })
    }))

  it('serves https when given a certificate', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-tls-'))
    const tls = { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') }
    writeFileSync(tls.certFile, testCertificate.cert)
    writeFileSync(tls.keyFile, testCertificate.key)
    try {
      await serve(build(hello, { tls }), async (port) => {
        const req = getHttps({ host: '127.0.0.1', port, ca: testCertificate.cert, agent: false })
        const [res] = (await once(req, 'response')) as [IncomingMessage]
        assert.equal(await read(res), 'hello')
      })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('what is no HTTP request (Q92)', () => {
  const cases: readonly [string, string, RegExp][] = [
    ['garbage', 'hello?\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n/],
    [
      'headers above 16 KiB',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17 * 1024)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'two lengths (request smuggling)',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ]
  for (const [name, bytes, expected] of cases)
    it(`is answered and cut off: ${name}`, () =>
      serve(build(hello), async (port) => {
        const answer = await raw(port, bytes)
        assert.match(answer, expected)
        assert.match(answer, /Connection: close/i)
      }))

  it('is cut off when its headers do not end in time', async () => {
    const timeouts: ServerOptions = {
      headersTimeout: 50,
      requestTimeout: 100,
      connectionsCheckingInterval: 20,
    }
    const config = { host: '127.0.0.1', port: 0, tls: undefined, drain: 1000 }
    const server = createServer({ config, handler: hello, logger: silentLogger, timeouts })
    await serve(server, async (port) => {
      assert.match(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n'), /^HTTP\/1\.1 408 /)
    })
  })
})

describe('a server that stops (R10)', () => {
  it('finishes what is in flight, and closes its connection', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const server = build((_req, res) => {
      arrive()
      void mayAnswer.then(() => res.end('late'))
    })
    const { port } = await server.listen()
    const agent = new Agent({ keepAlive: true })
    const response = once(get({ port, host: '127.0.0.1', agent }), 'response')
    await arrived
    const drained = server.drain()
    await assert.rejects(fetch(`http://127.0.0.1:${String(port)}/`), TypeError)
    answer()
    const [res] = (await response) as [IncomingMessage]
    assert.equal(res.headers.connection, 'close')
    assert.equal(await read(res), 'late')
    await drained
    agent.destroy()
  })

  it('does not wait for connections that are idle', async () => {
    const server = build(hello)
    const { port } = await server.listen()
    const agent = new Agent({ keepAlive: true })
    const [res] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [
      IncomingMessage,
    ]
    await read(res)
    await server.drain()
    agent.destroy()
  })

  it('cuts off what does not end in time', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const server = build(() => arrive(), { drain: 20 })
    const { port } = await server.listen()
    const response = fetch(`http://127.0.0.1:${String(port)}/`)
    const failed = assert.rejects(response, TypeError)
    await arrived
    await server.drain()
    await failed
  })
})
