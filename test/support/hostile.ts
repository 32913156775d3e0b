import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What came back on a bare connection. */
export type RawAnswer = {
  readonly status: number
  /** By lower-case name; the last of several. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends bytes no HTTP client would send, and reads until the server ends the connection. */
export async function exchange(port: number, request: string | Uint8Array): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')))
  await once(socket, 'connect')
  socket.write(request)
  const text = (await buffer(socket)).toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const [start = '', ...lines] = text.slice(0, end < 0 ? text.length : end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(start.split(' ')[1] ?? 0),
    headers: new Map(headers),
    body: text.slice(end + 4),
  }
}

/** A request as text; ends the connection, so that `exchange` returns. */
export function requestText(
  line: string,
  headers: readonly (readonly [string, string])[],
  body = '',
): string {
  const length: readonly (readonly [string, string])[] =
    body === '' ? [] : [['Content-Length', String(Buffer.byteLength(body))]]
  const all = [...headers, ...length, ['Connection', 'close'] as const]
  return [line, ...all.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')
}

type Seen = {
  readonly status: number
  readonly headers: { get(name: string): string | null | undefined }
}

/** Q69, Q70, Q92: whatever was asked, the answer is no failure of ours and says how it may be used. */
export function assertDecent({ status, headers }: Seen, what: string): void {
  assert.ok(status >= 200 && status < 500, `${what}: ${status}`)
  const get = (name: string) => headers.get(name) ?? undefined
  const expected: Readonly<Record<string, RegExp>> = {
    'x-content-type-options': /^nosniff$/,
    'referrer-policy': /^no-referrer$/,
    'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
    'cross-origin-resource-policy': /^(same|cross)-origin$/,
    'cache-control': /no-store|^public, max-age=/,
    'x-request-id': /\S/,
  }
  for (const [name, pattern] of Object.entries(expected))
    assert.match(get(name) ?? '', pattern, `${what}: ${name}`)
  if (get('content-type')?.startsWith('text/html'))
    assert.match(get('permissions-policy') ?? '', /camera=\(\)/, what)
  for (const name of ['server', 'x-powered-by']) assert.equal(get(name), undefined, what)
}
