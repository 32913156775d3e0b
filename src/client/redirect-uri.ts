import { isLoopback, readUri } from './uri.ts'

export type ApplicationType = 'web' | 'native'

/** What answers an authorization request; a redirect URI that brings one of its own could forge the answer. */
const responseParameters = [
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'id_token',
  'access_token',
  'token_type',
  'expires_in',
  'response',
]

const refusedSchemes =
  /^(?:javascript|data|vbscript|file|blob|about|mailto|view-source|filesystem):/i

/**
 * Why a redirect URI may not be registered; undefined when it may (Q2, RFC 9700 §2.1). What is registered is later
 * compared as a string, so it must have one reading only.
 */
export function redirectUriProblem(text: string, type: ApplicationType): string | undefined {
  if (refusedSchemes.test(text.trimStart())) return 'must not use this scheme' // CVE-2026-9086
  const read = readUri(text)
  if (read.problem !== undefined) return read.problem
  const { url } = read
  return (
    textProblem(text) ??
    schemeProblem(url, type) ??
    normalFormProblem(text, url) ??
    pathProblem(url) ??
    queryProblem(url)
  )
}

function textProblem(text: string): string | undefined {
  if (text.includes('#')) return 'must not hold a fragment' // RFC 6749 §3.1.2
  if (text.includes('*')) return 'must not hold a wildcard'
  if (/%(?:[01][0-9a-f]|7f)/i.test(text)) return 'must not hold encoded control characters'
  return undefined
}

function schemeProblem(url: URL, type: ApplicationType): string | undefined {
  switch (url.protocol) {
    case 'https:':
      // A claimed https URI belongs to a host (RFC 8252 §7.2); nobody can claim a loopback one.
      return type === 'native' && isLoopback(url)
        ? 'must use http on a loopback host (RFC 8252 section 7.3)'
        : undefined
    case 'http:':
      return isLoopback(url) ? undefined : 'must use https (http only on a loopback host)'
    default:
      return customSchemeProblem(url, type)
  }
}

function customSchemeProblem(url: URL, type: ApplicationType): string | undefined {
  if (type === 'web') return 'must use https (a custom scheme needs application_type native)'
  // RFC 8252 §7.1: a domain the app's maker owns, reversed, so that no two apps claim the same.
  if (!/^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/.test(url.protocol))
    return 'must use a scheme that is a reversed domain name, such as com.example.app'
  return url.pathname.startsWith('/') || url.host !== ''
    ? undefined
    : 'must have a slash after the scheme'
}

// Kills dot segments, upper-case hosts, numeric addresses, odd slashes and default ports in one comparison.
function normalFormProblem(text: string, url: URL): string | undefined {
  if (url.hostname.endsWith('.')) return 'must not have a dot at the end of its host'
  return text === url.href || `${text}/` === url.href
    ? undefined
    : 'must be written in its normal form: lower-case scheme and host, no default port, no dot segments'
}

// CVE-2026-3872: `/..;/` is a name to us and a step up to a servlet container behind the client's proxy.
function pathProblem({ pathname }: URL): string | undefined {
  const isAmbiguous =
    /%(?:2f|5c|25|3b)/i.test(pathname) ||
    /(?:^|\/)(?:\.|%2e){1,2}(?:[;/]|$)/i.test(pathname) ||
    pathname.includes('//')
  return isAmbiguous ? 'must have a path that every server reads the same way' : undefined
}

function queryProblem({ searchParams }: URL): string | undefined {
  const forged = responseParameters.find((name) => searchParams.has(name))
  return forged === undefined ? undefined : `must not hold the response parameter ${forged}`
}
