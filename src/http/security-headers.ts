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

/**
 * Chromium holds `form-action` against every hop after a POST, and a sign-in ends at the application: it stands only
 * where nothing leaves. The same for COOP, which cuts a popup off from the application that opened it.
 */
const byClass: Readonly<Record<PageClass, Readonly<Record<string, string>>>> = {
  interaction: { 'content-security-policy': contentSources.join('; ') },
  account: {
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
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), ' +
    'microphone=(), midi=(), payment=(), publickey-credentials-create=(self), ' +
    'publickey-credentials-get=(self), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
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

/** Before anything else answers, so that the engine's own pages and errors carry them too. */
export function applySecurityHeaders(
  res: ServerResponse,
  page: PageClass,
  options: { readonly https: boolean },
): void {
  for (const [name, value] of Object.entries(securityHeaders(page, options)))
    res.setHeader(name, value)
}

const accountPaths = ['/account', '/admin', '/developers', '/dev']
const apiPaths = [
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
]

/** `path`: below the tenant's issuer. Whatever is not known to be something else is part of a sign-in. */
export function pageClassOf(path: string): PageClass {
  const isBelow = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`)
  if (accountPaths.some(isBelow)) return 'account'
  return apiPaths.some(isBelow) ? 'api' : 'interaction'
}
