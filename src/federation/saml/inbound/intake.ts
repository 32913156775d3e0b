import { inflateRawSync } from 'node:zlib'
import { isRefused, refuse, type SamlRefusal } from './reasons.ts'

/** Octets of a message once decoded; more is nobody's sign-in (Q75). */
const largestMessage = 256 * 1024
/** With room for line breaks. */
const largestEncoded = 512 * 1024

/** Check 1, POST: the text of a message. */
export function decodePosted(encoded: string): string | SamlRefusal {
  const octets = fromBase64(encoded)
  return isRefused(octets) ? octets : decodeText(octets)
}

/** Check 1, Redirect: the same, compressed (SAML Bindings §3.4.4.1). */
export function decodeRedirected(encoded: string): string | SamlRefusal {
  const octets = fromBase64(encoded)
  if (isRefused(octets)) return octets
  const inflated = inflate(octets)
  return isRefused(inflated) ? inflated : decodeText(inflated)
}

/** Strict but for white space: two decoders never see two messages. */
export function fromBase64(encoded: string): Buffer | SamlRefusal {
  if (encoded.length > largestEncoded) return refuse('too_large', `${encoded.length} characters`)
  const compact = encoded.replace(/[ \t\r\n]+/g, '')
  const isBase64 = compact.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)
  return isBase64 ? Buffer.from(compact, 'base64') : refuse('not_base64', encoded.slice(0, 40))
}

/** Never more than is allowed is ever inflated, and nothing may follow. */
function inflate(octets: Buffer): Buffer | SamlRefusal {
  try {
    const options = { maxOutputLength: largestMessage, info: true } as const
    // with `info`, which @types/node leaves out of the result
    const { buffer, engine } = inflateRawSync(octets, options) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    if (engine.bytesWritten === octets.length) return buffer
    return refuse('not_deflated', 'something follows')
  } catch (error) {
    const isTooLarge = error instanceof RangeError
    return refuse(isTooLarge ? 'too_large' : 'not_deflated', String(error))
  }
}

function decodeText(octets: Buffer): string | SamlRefusal {
  if (octets.length > largestMessage) return refuse('too_large', `${octets.length} octets`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    return refuse('not_utf8', `${octets.length} octets`)
  }
}
