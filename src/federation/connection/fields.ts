import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { canonicalDomain } from '#kit/email-address.ts'
import { codePoints, isPlainLine } from '#kit/text.ts'

/** What the settings of connections are made of. Messages are parts of sentences that begin with the field's name. */
export function text(problem: (value: string) => string | undefined) {
  return z.string({ error: 'must be text' }).check((context) => {
    const message = problem(context.value)
    if (message !== undefined)
      context.issues.push({ code: 'custom', input: context.value, message })
  })
}

/** One line that people read, or that is compared byte for byte. */
export function line(longest = 200) {
  return text((value) =>
    value.trim() === value && value !== '' && codePoints(value) <= longest && isPlainLine(value)
      ? undefined
      : `must be 1 to ${longest} characters of plain text, without blanks around`,
  )
}

export const flag = z.boolean({ error: 'must be true or false' })

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of: ${values.join(', ')}` })
}

export function listOf<Item extends z.ZodType>(item: Item, most: number) {
  return z
    .array(item, { error: 'must be a list' })
    .max(most, { error: `must hold at most ${most} values` })
    .transform((items) => [...new Set(items)])
}

export function wholeNumber(least: number, most: number) {
  const error = `must be a whole number of ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** Whose mail is somebody's domain: canonical, with a dot. Undefined for what is none. */
function domainOf(written: string): string | undefined {
  const domain = written.length <= 253 ? canonicalDomain(written) : undefined
  return domain !== undefined && isRegistrable(domain) ? domain : undefined
}

/** RFC 1035 §2.3.4: what no name server would answer to is refused here. */
function isRegistrable(domain: string): boolean {
  const labels = domain.split('.')
  return (
    domain.length <= 230 && // `_signet-challenge.` comes before it
    labels.length > 1 &&
    labels.every((label) => label.length <= 63 && !/^-|-$/.test(label))
  )
}

/** Kept in its canonical form, whatever case and script it was written in. */
export const domain = z.string({ error: 'must be text' }).transform((written, context) => {
  const canonical = domainOf(written)
  if (canonical !== undefined) return canonical
  context.issues.push({
    code: 'custom',
    input: written,
    message: 'must be a domain, such as acme.test',
  })
  return z.NEVER
})

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * An address of the other side. https; http only on this machine, which the egress client opens to nobody but who
 * is named in `OUTBOUND_ALLOW` (Q85).
 */
export const webAddress = text((value) => {
  const url = value.length <= 2048 && isPlainLine(value) ? URL.parse(value) : null
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.test(url.hostname))
  const isPlain = url !== null && url.username === '' && url.password === '' && url.hash === ''
  return isSafe && isPlain ? undefined : 'must be an https address without user name and fragment'
})

/** OIDC Discovery §3: an https address without query. Compared byte for byte, so kept as it was written. */
export const issuerAddress = webAddress.refine((value) => !value.includes('?'), {
  error: 'must not have a query',
})

/** One X.509 certificate as PEM whose key may sign (reference/federation.md §2.2, 7). */
export const certificate = text((value) => {
  if (value.length > 16_384) return 'is too long for a certificate'
  const key = keyOf(value)
  if (!key) return 'must be one X.509 certificate as PEM'
  const isStrong =
    key.asymmetricKeyType === 'ec' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048
  return isStrong
    ? undefined
    : 'must have an RSA key of at least 2048 bits, or one of an elliptic curve'
})

function keyOf(pem: string) {
  if (pem.split('-----BEGIN').length !== 2) return undefined
  try {
    return new X509Certificate(pem).publicKey
  } catch {
    return undefined
  }
}
