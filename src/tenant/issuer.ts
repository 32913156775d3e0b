import { isCleanText } from '#kit/text.ts'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Why a tenant may not bring this issuer; undefined when it may. Relying parties compare issuers byte for byte
 * (OIDC Discovery §4.3), so there is one way to write each: as a URL parser writes it, without trailing slash.
 */
export function issuerProblem(issuer: string, mainIssuer: string): string | undefined {
  if (issuer.length > 512 || !isCleanText(issuer))
    return 'issuer must be a URL of at most 512 characters'
  const url = URL.parse(issuer)
  if (!url) return 'issuer must be an absolute URL'
  // The main tenant owns its origin: all other tenants' addresses and cookies live below it.
  if (url.origin === new URL(mainIssuer).origin)
    return 'issuer must be on another origin than the main issuer'
  return partProblem(issuer, url) ?? formProblem(issuer, url)
}

function partProblem(issuer: string, url: URL): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopbackHosts.has(url.hostname)))
    return 'issuer must use https (http only on a loopback host)'
  if (url.username !== '' || url.password !== '') return 'issuer must not hold credentials'
  // RFC 8414 §2: no query, no fragment. An empty one is still one: the parser hides it, the bytes show it.
  if (/[?#]/.test(issuer)) return 'issuer must not hold a query or a fragment'
  return undefined
}

function formProblem(issuer: string, url: URL): string | undefined {
  if (issuer.endsWith('/')) return 'issuer must not end with a slash'
  const normal = url.href.replace(/\/$/, '')
  if (issuer !== normal) return `issuer must be written in its normal form: ${normal}`
  // A host of its own is what a tenant brings: everything below it is that tenant's.
  if (url.pathname !== '/') return 'issuer must not hold a path'
  return undefined
}
