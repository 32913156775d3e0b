/** Hosts that never leave the machine (RFC 8252 §7.3, §8.3). Compared as a URL parser writes them. */
const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

export type ReadUri =
  | { readonly url: URL; readonly problem?: undefined }
  | { readonly problem: string }

/**
 * Reads an absolute URI that another parser, in a browser or a proxy, would read the same way. Where parsers disagree
 * lie the open redirects (Q2).
 */
export function readUri(text: string): ReadUri {
  if (text.length > 2048) return { problem: 'must be at most 2048 characters' }
  // RFC 3986 §2: no spaces, controls, quotes, backslashes, nor anything beyond ASCII.
  if (!/^[!#-;=?-[\]_a-z~]+$/.test(text)) return { problem: characterProblem(text) }
  const url = URL.parse(text)
  if (!url) return { problem: 'must be an absolute URI' }
  // RFC 9700 §4.1: everything before the last @ is a user name, whatever it looks like (CVE-2026-7504).
  if (/^[^/?#]*\/*[^/?#]*@/.test(text)) return { problem: 'must not hold credentials (@)' }
  return { url }
}

function characterProblem(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0020\u007f-\u00a0\\]/.test(text))
    return 'must not hold spaces, control characters or backslashes'
  const host = URL.parse(text)?.hostname ?? ''
  return host.includes('xn--')
    ? `must be written in ASCII: the host is ${host}`
    : 'must only hold the characters of a URI (RFC 3986)'
}

export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
}

/** Why this is no address of a web page or service; undefined when it is. */
export function webUriProblem(
  text: string,
  http: 'anywhere' | 'loopback' | 'nowhere',
): string | undefined {
  const read = readUri(text)
  if (read.problem !== undefined) return read.problem
  const { url } = read
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:' || http === 'nowhere') return 'must be an https URI'
  return http === 'anywhere' || isLoopback(url)
    ? undefined
    : 'must be an https URI (http only on a loopback host)'
}

/** Why this is no origin as browsers send it in `Origin` (RFC 6454 §6.2); undefined when it is. */
export function originProblem(text: string): string | undefined {
  const problem = webUriProblem(text, 'loopback')
  if (problem !== undefined) return problem
  if (text.includes('*')) return 'must not hold a wildcard'
  return new URL(text).origin === text
    ? undefined
    : 'must be an origin: scheme, host and port, nothing behind'
}
