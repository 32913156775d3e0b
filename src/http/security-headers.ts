import type { ServerResponse } from 'node:http'
import type { PageClass } from './http.ts'

const contentSources = [
  "default-src 'none'",
  // Must be there even where no script of ours is: the engine adds the hash of its form_post script to it.
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
]

/** What only a document can do; an answer of the API is none, and its policy says so in fewer words. */
const document: Readonly<Record<string, string>> = {
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), ' +
    'microphone=(), midi=(), payment=(), publickey-credentials-create=(self), ' +
    'publickey-credentials-get=(self), usb=()',
  'x-frame-options': 'DENY',
}

/**
 * Chromium holds `form-action` against every hop after a POST, and a sign-in ends at the application: it stands only
 * where nothing leaves. The same for COOP, which cuts a popup off from the application that opened it.
 */
const byClass: Readonly<Record<PageClass, Readonly<Record<string, string>>>> = {
  interaction: { ...document, 'content-security-policy': contentSources.join('; ') },
  account: {
    ...document,
    'content-security-policy': [...contentSources, "form-action 'self'"].join('; '),
    'cross-origin-opener-policy': 'same-origin',
  },
  api: {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  },
}

const always: Readonly<Record<string, string>> = {
  // Q70: whoever may be cached says so itself: keys, discovery, hashed assets.
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Q69. `https`: the issuer's scheme; a browser ignores HSTS over http, and a laptop must not pin localhost. */
export function securityHeaders(
  page: PageClass,
  options: { readonly https: boolean },
): Readonly<Record<string, string>> {
  const hsts: Readonly<Record<string, string>> = options.https
    ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
    : {}
  return { ...always, ...byClass[page], ...hsts }
}

type Lines = readonly (readonly [name: string, value: string])[]

/** Made once: they go out with every answer. */
const linesOf = (https: boolean): Readonly<Record<PageClass, Lines>> => ({
  interaction: Object.entries(securityHeaders('interaction', { https })),
  account: Object.entries(securityHeaders('account', { https })),
  api: Object.entries(securityHeaders('api', { https })),
})
const overHttps = linesOf(true)
const overHttp = linesOf(false)

/** Before anything else answers, so that the engine's own pages and errors carry them too. */
export function applySecurityHeaders(
  res: ServerResponse,
  page: PageClass,
  options: { readonly https: boolean },
): void {
  for (const [name, value] of (options.https ? overHttps : overHttp)[page])
    res.setHeader(name, value)
}

const accountParts: ReadonlySet<string> = new Set(['/account', '/admin', '/developers', '/dev'])
const apiParts: ReadonlySet<string> = new Set([
  '/.well-known',
  '/api',
  '/backchannel',
  '/device_authorization',
  '/introspect',
  '/jwks',
  '/par',
  '/register',
  '/revoke',
  '/scim',
  '/token',
  '/userinfo',
])

/** `path`: below the tenant's issuer. Whatever is not known to be something else is part of a sign-in. */
export function pageClassOf(path: string): PageClass {
  const first = firstPart(path)
  if (accountParts.has(first)) return 'account'
  return apiParts.has(first) ? 'api' : 'interaction'
}

/** `/device` of `/device/abc`. */
function firstPart(path: string): string {
  const end = path.indexOf('/', 1)
  return end < 0 ? path : path.slice(0, end)
}
