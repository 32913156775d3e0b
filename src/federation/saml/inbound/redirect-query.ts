import type { KeyObject } from 'node:crypto'
import { bindings } from '../names.ts'
import { isSignatureAlgorithm, isSignedBy } from './algorithms.ts'
import { fromBase64 } from './intake.ts'
import { isRefused, refuse, type SamlRefusal } from './reasons.ts'

const longestQuery = 64 * 1024

/** All that mean something in the Redirect binding (SAML Bindings §3.4.4). */
const parameters = [
  'SAMLRequest',
  'SAMLResponse',
  'RelayState',
  'SigAlg',
  'Signature',
  'SAMLEncoding',
]

/** The values as they stood there, still escaped. */
export type RedirectQuery = ReadonlyMap<string, string>
type Kind = 'SAMLRequest' | 'SAMLResponse'

/**
 * Check 19, on the query as it came. SECURITY: a parser gives the last of two parameters where the signature is over the
 * first, and `SAML%52equest` is another name only until it is unescaped.
 */
export function readRedirectQuery(query: string, kind: Kind): RedirectQuery | SamlRefusal {
  if (query.length > longestQuery) return refuse('too_large', `${query.length} characters`)
  const found = new Map<string, string>()
  for (const part of query.split('&')) {
    const [name, value] = split(part)
    if (parameters.includes(name)) {
      if (found.has(name)) return refuse('parameter_repeated', name)
      if (unescape(value) === undefined) return refuse('query_malformed', name)
      found.set(name, value)
    } else if (isDisguised(name)) return refuse('parameter_disguised', name)
  }
  return contradiction(found, kind) ?? found
}

function split(part: string): readonly [name: string, value: string] {
  const at = part.indexOf('=')
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
}

function isDisguised(name: string): boolean {
  const plain = (unescape(name) ?? name).replace(/[[.\s\0].*$/s, '').toLowerCase()
  return parameters.some((parameter) => parameter.toLowerCase() === plain)
}

function contradiction(found: RedirectQuery, kind: Kind): SamlRefusal | undefined {
  const other = kind === 'SAMLRequest' ? 'SAMLResponse' : 'SAMLRequest'
  if (found.has(other)) return refuse('parameters_contradict', other)
  if (!found.has(kind)) return refuse('query_malformed', `no ${kind}`)
  const encoding = found.get('SAMLEncoding')
  const isDeflate = encoding === undefined || unescape(encoding) === bindings.deflate
  return isDeflate ? undefined : refuse('query_malformed', 'SAMLEncoding')
}

/** Check 19: over the octets as they came, in the order of the specification (SAML Bindings §3.4.4.1). */
export function verifyQuery(
  query: RedirectQuery,
  kind: Kind,
  keys: readonly KeyObject[],
): SamlRefusal | undefined {
  const [algorithm, encoded] = [valueOf(query, 'SigAlg'), valueOf(query, 'Signature')]
  if (!algorithm || !encoded) return refuse('signature_missing', 'no SigAlg and Signature')
  if (!isSignatureAlgorithm(algorithm)) return refuse('algorithm_refused', algorithm)
  const signature = fromBase64(encoded)
  if (isRefused(signature)) return refuse('signature_malformed', 'no base64')
  const octets = [kind, 'RelayState', 'SigAlg']
    .filter((name) => query.has(name))
    .map((name) => `${name}=${query.get(name)}`)
    .join('&')
  const isValid = isSignedBy(keys, { algorithm, octets: Buffer.from(octets), signature })
  return isValid ? undefined : refuse('signature_invalid', algorithm)
}

/** As a form would send it, where a `+` is a space. */
export function relayStateOf(query: RedirectQuery): string | undefined {
  const value = query.get('RelayState')
  return value === undefined ? undefined : unescape(value.replaceAll('+', '%20'))
}

/** Unescaped; undefined when it was not there. */
export function valueOf(query: RedirectQuery, name: string): string | undefined {
  const value = query.get(name)
  return value === undefined ? undefined : unescape(value)
}

/** Undefined for what is no escaped UTF-8. A `+` stays one: in base64 it means itself. */
function unescape(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
