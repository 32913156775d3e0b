import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What both a browser and a relying party of a test go through. */
export type Transport = Disposable & {
  /** As `fetch`, but it follows no redirect and sends every header it is given. */
  fetch(url: string | URL, options?: TransportOptions): Promise<Response>
}

export type TransportOptions = {
  readonly method?: string | undefined
  readonly headers?: RequestInit['headers'] | undefined
  readonly body?: string | URLSearchParams | undefined
  /** Who asks, as the proxy in front of the server tells it. */
  readonly from?: string | undefined
}

/**
 * Requests to the issuer's host go to the server under test, as a proxy that ends TLS would pass them on; an https issuer
 * needs no certificate. Everything else goes where it says.
 */
export function createTransport(target: {
  readonly issuer: string
  readonly port: number
}): Transport {
  const agent = new Agent({ keepAlive: true })
  const home = new URL(target.issuer)

  return {
    fetch: (input, options = {}) =>
      new Promise((resolve, reject) => {
        const url = new URL(input)
        const isHome = url.host === home.host
        const headers = new Headers(options.headers)
        if (isHome) {
          headers.set('x-forwarded-proto', url.protocol.slice(0, -1))
          headers.set('x-forwarded-for', options.from ?? '192.0.2.1')
        }
        const body = options.body === undefined ? undefined : String(options.body)
        if (options.body instanceof URLSearchParams && !headers.has('content-type'))
          headers.set('content-type', 'application/x-www-form-urlencoded')
        if (body !== undefined) headers.set('content-length', String(Buffer.byteLength(body)))

        const sent = request({
          agent,
          host: isHome ? '127.0.0.1' : url.hostname,
          port: isHome ? target.port : url.port,
          path: url.pathname + url.search,
          method: options.method ?? 'GET',
          headers: { host: url.host, ...Object.fromEntries(headers) },
        })
        sent.on('error', reject)
        sent.on('response', (message) => void toResponse(message).then(resolve, reject))
        sent.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

async function toResponse(message: IncomingMessage): Promise<Response> {
  const body = await buffer(message)
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const status = message.statusCode ?? 0
  const isEmpty = [204, 205, 304].includes(status)
  return new Response(isEmpty ? null : new Uint8Array(body), { status, headers })
}
