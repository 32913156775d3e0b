import { readFileSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { ServerConfig } from '#config/config.ts'
import { AppError } from '#kit/errors.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import { limits } from './limits.ts'

export type HttpServer = {
  /** Resolves once connections are accepted. Rejects with `http.port_taken` when somebody else has the port. */
  listen(): Promise<{ readonly port: number }>
  /**
   * Stops accepting, lets requests in flight end, tells their connections to close, and cuts off what is left after
   * `drain` ms (R10). Resolves when no connection is open.
   */
  drain(): Promise<void>
}

const timeouts: ServerOptions = {
  headersTimeout: 10_000, // counts from the first byte of a request, not while a kept connection is idle
  requestTimeout: 30_000,
  keepAliveTimeout: 72_000, // above the 60 s of common balancers: the side that reuses must not be the last to know
  connectionsCheckingInterval: 5000,
  maxHeaderSize: limits.headers,
  optimizeEmptyRequests: true, // 5 % of what an answer from memory costs (measured)
}

/**
 * The latest answer of a connection. Kept here and not in a set of all answers: each time a set that changes this often
 * makes room, V8 leaves the table before in the old generation, and with it what it held (measured).
 */
const answer: unique symbol = Symbol('answer')
type Connection = Socket & { [answer]?: ServerResponse }

export function createServer(options: {
  readonly config: Pick<ServerConfig, 'host' | 'port' | 'tls' | 'drain'>
  readonly handler: RequestListener
  readonly logger: Logger
  /** Shorter ones for tests. */
  readonly timeouts?: ServerOptions
}): HttpServer {
  const { config, handler, logger } = options
  const connections = new Set<Connection>()
  let draining = false

  const track: RequestListener = (req, res) => {
    const { socket }: { socket: Connection } = req
    socket[answer] = res
    if (draining) res.setHeader('connection', 'close')
    handler(req, res)
  }
  const server = createNodeServer(config.tls, { ...timeouts, ...options.timeouts }, track)
  server.on(config.tls ? 'secureConnection' : 'connection', (socket: Connection) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Connection) => {
    const isAnswering = socket[answer]?.headersSent === true && !socket[answer].writableFinished
    if (isAnswering || !socket.writable || error.code === 'ECONNRESET') socket.destroy()
    else socket.end(brokenRequestAnswer(error.code))
  })

  /** What is still being answered. */
  function inFlight(): ServerResponse[] {
    return [...connections].flatMap(({ [answer]: res }) =>
      res && !res.writableFinished ? [res] : [],
    )
  }

  return {
    async listen() {
      const { port } = await listenOn(server, config)
      server.on('error', (error) => logger.error('server failed', { err: error }))
      return { port }
    },

    async drain() {
      draining = true
      for (const res of inFlight()) if (!res.headersSent) res.setHeader('connection', 'close')
      const cutOff = setTimeout(() => {
        logger.warn('requests cut off', { count: inFlight().length })
        server.closeAllConnections()
      }, config.drain)
      await closed(server)
      clearTimeout(cutOff)
    },
  }
}

function createNodeServer(
  tls: ServerConfig['tls'],
  options: ServerOptions,
  listener: RequestListener,
): Server {
  if (!tls) return createHttpServer(options, listener)
  const cert = readFileSync(tls.certFile)
  const key = readFileSync(tls.keyFile)
  return createHttpsServer({ ...options, cert, key, minVersion: 'TLSv1.2' }, listener)
}

/** Binds; a port somebody else has is told in words, not as a stack (experience of everybody's second start). */
export async function listenOn(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number }> {
  // Without a host, Node takes all interfaces and falls back to IPv4 where there is no IPv6.
  const where = host === '::' ? { port } : { port, host }
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) => reject(listenProblem(error, { host, port }))
    server.once('error', refuse)
    server.listen(where, () => {
      server.off('error', refuse)
      resolve()
    })
  })
  const address = server.address() as AddressInfo // listens on a port, never on a pipe
  return { port: address.port }
}

function listenProblem(error: Error, { host, port }: { host: string; port: number }): Error {
  const code: unknown = 'code' in error ? error.code : undefined
  const place = `port ${String(port)} on ${host}`
  const problems: Readonly<Record<string, string>> = {
    EADDRINUSE: `${place} is in use by another program. Stop it, or choose another port.`,
    EACCES: `${place} needs more rights than this user has. Choose a port above 1023.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine.`,
  }
  const message = typeof code === 'string' ? problems[code] : undefined
  if (message === undefined) return error
  const reason = code === 'EADDRINUSE' ? 'port_taken' : 'port_refused'
  return new AppError({ code: `http.${reason}`, status: 500, message, cause: error })
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve()) // its one error says that it was not listening: closed all the same
  })
}

const brokenRequests: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Bytes that are no HTTP request never reach the handler; they get a whole answer and the end of the connection. */
function brokenRequestAnswer(code = ''): string {
  const head = [
    `HTTP/1.1 ${brokenRequests[code] ?? '400 Bad Request'}`,
    'Connection: close',
    'Content-Length: 0',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ]
  return `${head.join('\r\n')}\r\n\r\n`
}
