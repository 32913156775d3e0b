/** What a mail program makes of a message: the subject, and both ways to read it (RFC 5322, RFC 2045-2047). */
export type ReadMessage = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Reads a message of exactly two parts, as our mails are: anything else throws. */
export function readMessage(data: string): ReadMessage {
  const message = split(data)
  const type = message.headers.get('content-type') ?? ''
  const boundary = /^multipart\/alternative;.*boundary="([^"]+)"/.exec(type)?.[1]
  if (boundary === undefined) throw new Error(`not two ways to read it: ${type}`)
  const parts = message.body.split(`--${boundary}`).slice(1, -1).map(split)
  const [text, html, ...others] = parts.map((part) => [typeOf(part), decoded(part)] as const)
  if (text?.[0] !== 'text/plain' || html?.[0] !== 'text/html' || others.length > 0) {
    throw new Error(`not text, then HTML: ${parts.map(typeOf).join(', ')}`)
  }
  const subject = words(message.headers.get('subject') ?? '')
  return { subject, text: text[1], html: html[1] }
}

type Entity = { readonly headers: ReadonlyMap<string, string>; readonly body: string }

function split(entity: string): Entity {
  const [head = '', ...rest] = entity.replace(/^\r\n/, '').split('\r\n\r\n')
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { headers, body: rest.join('\r\n\r\n') }
}

const typeOf = ({ headers }: Entity) => headers.get('content-type')?.split(';')[0]

function decoded({ headers, body }: Entity): string {
  const content = body.replace(/\r\n$/, '') // belongs to the boundary (RFC 2046 §5.1.1)
  const encoding = headers.get('content-transfer-encoding')
  const bytes =
    encoding === 'base64'
      ? Buffer.from(content, 'base64')
      : encoding === 'quoted-printable'
        ? quoted(content.replaceAll(/=\r\n/g, ''))
        : Buffer.from(content)
  return bytes.toString().replaceAll('\r\n', '\n')
}

/** RFC 2045 §6.7, its soft line breaks gone already. */
function quoted(content: string): Buffer {
  const latin1 = content.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
  return Buffer.from(latin1, 'latin1')
}

/** RFC 2047: white space between two encoded words is none. */
function words(header: string): string {
  const encoded = /=\?utf-8\?([bq])\?([^?]*)\?=/gi
  return header
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(encoded, (_, how: string, what: string) => {
      const bytes =
        how.toUpperCase() === 'B' ? Buffer.from(what, 'base64') : quoted(what.replaceAll('_', ' '))
      return bytes.toString()
    })
}
