import { request } from 'node:http'
import type { Tab } from './browser.ts'
import type { World } from './world.ts'

/**
 * What is posted slowly: the server has the headers when this resolves, and the body once `end` is called, which gives the
 * answer.
 */
export async function slowPost(
  world: World,
  url: URL,
  { body, headers }: Sent,
): Promise<{ end(): Promise<Answer> }> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Answer>()
  const sent = request({
    host: '127.0.0.1',
    port: world.port,
    path: url.pathname,
    method: 'POST',
    headers: {
      host: url.host,
      'x-forwarded-proto': url.protocol.slice(0, -1),
      'x-forwarded-for': '192.0.2.1',
      'content-length': String(body.length),
      expect: '100-continue',
      ...headers,
    },
  })
  sent.on('error', reject)
  sent.on('response', (message) => {
    message.resume()
    resolve({ status: message.statusCode ?? 0, location: message.headers.location ?? '' })
  })
  const begun = new Promise((done) => sent.once('continue', done))
  sent.flushHeaders()
  await begun
  // what a handler looks up before it has the body is looked up by now
  for (let turn = 0; turn < 10; turn += 1) await world.transport.fetch(new URL('/jwks', url))
  return {
    end() {
      sent.end(body)
      return answered
    },
  }
}

/** The form of a tab. */
export function slowForm(
  world: World,
  tab: Tab,
  { url, form }: { readonly url: URL; readonly form: Readonly<Record<string, string>> },
) {
  const headers = {
    cookie: tab.cookieHeader(url),
    'sec-fetch-site': 'same-origin',
    origin: 'null',
    'content-type': 'application/x-www-form-urlencoded',
  }
  return slowPost(world, url, { body: new URLSearchParams(form).toString(), headers })
}

type Sent = { readonly body: string; readonly headers: Readonly<Record<string, string>> }
type Answer = { readonly status: number; readonly location: string }
