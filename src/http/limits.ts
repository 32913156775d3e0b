import type { IncomingMessage } from 'node:http'
import { AppError } from '#kit/errors.ts'
import { isCleanText } from '#kit/text.ts'

/** Q93. What is longer is refused before anything looks at it. */
export const limits = {
  /** Request target in bytes. */
  url: 8 * 1024,
  /** All header fields in bytes. */
  headers: 16 * 1024,
  /** A posted form in bytes. */
  form: 56 * 1024,
  /** A form another site posts through the browser, such as a SAML response of 256 KiB in base64, in bytes. */
  largeForm: 512 * 1024,
  /** A JSON document of the management API in bytes. */
  json: 256 * 1024,
  jsonDepth: 20,
} as const

/** RFC 9112 §3.2: two `Host` fields mean two things to two readers. Node would quietly take the first. */
export function namesTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.findIndex(isHost) !== rawHeaders.findLastIndex(isHost)
}

function isHost(text: string, index: number): boolean {
  return index % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host'
}

/** Throws `AppError` 400. */
export function checkHost(req: IncomingMessage): void {
  if (!namesTwoHosts(req)) return
  throw new AppError({
    code: 'http.ambiguous_host',
    status: 400,
    message: 'The request names more than one host.',
  })
}

/**
 * Refuses a request target that no store can keep or no two parsers read alike (F11, Q92): too long, not printable
 * ASCII, malformed percent-encoding, or control characters and unpaired surrogates behind it. Throws `AppError`.
 */
export function checkTarget(req: IncomingMessage): void {
  const target = req.url ?? ''
  if (target.length > limits.url)
    throw new AppError({
      code: 'http.url_too_long',
      status: 414,
      message: 'The address is too long.',
    })
  // Origin form only (RFC 9112 §3.2.1): `//host` and absolute forms mean different things to different readers.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(target)) throw malformedTarget()
  const [path = '', ...query] = target.split('?')
  if (!isCleanEncoding(path) || !isCleanEncoding(query.join('?').replaceAll('+', ' ')))
    throw malformedTarget()
}

function isCleanEncoding(text: string): boolean {
  if (!text.includes('%')) return true // printable ASCII, as was just seen
  try {
    return isCleanText(decodeURIComponent(text))
  } catch {
    return false // malformed percent-encoding, or bytes that are not UTF-8, encoded surrogates among them
  }
}

function malformedTarget(): AppError {
  return new AppError({
    code: 'http.malformed_address',
    status: 400,
    message: 'The address contains characters that are not allowed.',
  })
}
