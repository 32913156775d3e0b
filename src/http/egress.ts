import { lookup as dnsLookup } from 'node:dns/promises'
import { request as httpRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { AppError } from '#kit/errors.ts'
import type { Egress, EgressOptions } from './http.ts'
import { createNetworks } from './networks.ts'
import { isPublicAddress } from './outbound-address.ts'

export type EgressConfig = {
  /** CIDRs where http, any port and private addresses are allowed: `OUTBOUND_ALLOW`. */
  readonly allow: readonly string[]
  /**
   * Addresses with scheme and port that are allowed besides, each by the number of its host and never by a name:
   * `http://127.0.0.1:3002`.
   */
  readonly allowOrigins?: readonly string[]
  /** Milliseconds for everything: name, connection, answer. */
  readonly timeout?: number
  readonly maxBytes?: number
  /** Certificates trusted besides the public ones; for tests. */
  readonly ca?: string | Buffer
  readonly resolve?: Resolve
}

/** All addresses of a name. Rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>

type ResolvedAddress = { readonly address: string; readonly family: number }

const systemResolve: Resolve = (hostname) => dnsLookup(hostname, { all: true })

const mostSocketsPerHost = 4

/**
 * Q85. SECURITY: the name is resolved once, and the connection is made to the very addresses that were checked. Whoever
 * checks a name and then connects by name is answered differently the second time (DNS rebinding).
 */
export function createEgress(config: EgressConfig): Egress {
  const {
    allow,
    allowOrigins = [],
    timeout = 5000,
    maxBytes = 64 * 1024,
    ca,
    resolve = systemResolve,
  } = config
  const isAllowed = createNetworks(allow)
  const agents = {
    'http:': new HttpAgent({ maxSockets: mostSocketsPerHost }),
    'https:': new HttpsAgent({ maxSockets: mostSocketsPerHost, ...(ca ? { ca } : {}) }),
  }

  return async (input, options = {}) => {
    const url = parseTarget(input)
    const mayConnect = (address: string) =>
      isAllowed(address) ||
      allowOrigins.includes(url.origin) ||
      (isPublicHttps(url) && isPublicAddress(address))
    const deadline = AbortSignal.timeout(timeout)
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline
    try {
      const addresses = await unlessAborted(signal, () => addressesOf(url, resolve))
      const lookup = fixedLookup(addresses.filter(({ address }) => mayConnect(address)))
      const response = await send(url, options, { agent: agents[url.protocol], lookup, signal })
      return await toResponse(response, options.maxBytes ?? maxBytes)
    } catch (error) {
      throw error instanceof AppError ? error : failed(url, error)
    }
  }
}

type Target = URL & { readonly protocol: 'http:' | 'https:' }

function parseTarget(input: string | URL): Target {
  const url = URL.parse(String(input))
  if (!url || !isHttp(url)) throw refused('not an http(s) address')
  if (url.username !== '' || url.password !== '') throw refused('carries a user name or password')
  return url
}

function isHttp(url: URL): url is Target {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

function isPublicHttps(url: URL): boolean {
  return url.protocol === 'https:' && url.port === '' // 443: the parser drops a scheme's own port
}

async function addressesOf(url: URL, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  return family > 0 ? [{ address: host, family }] : resolve(host)
}

/** Answers with what was resolved and checked. Refuses here, before there is a socket. */
function fixedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  const [first] = addresses
  if (!first) throw refused('address, port or scheme not allowed')
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}

/** The resolver cannot be stopped, but nobody has to wait for it. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(asError(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([work(), promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

type Connection = {
  readonly agent: HttpAgent
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
}

async function send(
  url: Target,
  options: EgressOptions,
  connection: Connection,
): Promise<IncomingMessage> {
  // `Request` reads every kind of body and knows the content type each of them stands for.
  const { method = 'GET', headers, body } = options
  const request = new Request(url, {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  })
  const content = Buffer.from(await request.arrayBuffer())
  const fields = {
    'user-agent': 'signet',
    ...Object.fromEntries(request.headers),
    'accept-encoding': 'identity',
    ...(content.length > 0 || method === 'POST' ? { 'content-length': content.length } : {}),
  }

  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers: fields, ...connection }, resolve)
    outgoing.on('error', reject)
    outgoing.end(content)
  })
}

const nullBody: ReadonlySet<number> = new Set([204, 205, 304])

/** A redirect is given as it came: whoever asked decides that it is no answer. */
async function toResponse(incoming: IncomingMessage, maxBytes: number): Promise<Response> {
  const status = incoming.statusCode ?? 502
  const encoding = incoming.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    incoming.destroy()
    throw new Error('an encoding that was not asked for')
  }
  const body = await readAtMost(incoming, maxBytes)
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  return new Response(nullBody.has(status) ? null : body, { status, headers })
}

async function readAtMost(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error('more bytes than allowed') // leaving the loop destroys the connection
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('aborted')
}

// One public sentence for every reason: the difference would map a private network for whoever asks.
const unreachable = 'The address could not be reached.'

function refused(detail: string): AppError {
  return new AppError({ code: 'http.egress_refused', status: 400, message: unreachable, detail })
}

function failed(url: URL, cause: unknown): AppError {
  return new AppError({
    code: 'http.egress_failed',
    status: 503,
    message: unreachable,
    detail: `request to ${url.host} failed`,
    cause,
  })
}
