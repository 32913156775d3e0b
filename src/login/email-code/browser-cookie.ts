import type { CookieSpec, Cookies } from '#http/http.ts'
import { randomToken } from '#kit/random.ts'
import { basePathOf, type Tenant } from '#tenant/tenant.ts'
import type { BrowserCookie } from './email-code.ts'

/** Seconds: longer than any code or link lives. */
const lifetime = 24 * 3600

export function createBrowserCookie(cookies: Cookies): BrowserCookie {
  const read: BrowserCookie['read'] = (tenant, req) => {
    const value = cookies.read(req, specOf(tenant), tenant.issuer)
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
  }

  return {
    read,

    ensure(tenant, req, res) {
      const value = read(tenant, req) ?? randomToken()
      cookies.write(res, specOf(tenant), { issuer: tenant.issuer, value })
      return value
    },
  }
}

function specOf(tenant: Tenant): CookieSpec {
  const path = basePathOf(tenant)
  return {
    name: path === '' ? 'signet-browser' : `signet-browser-${tenant.slug}`,
    path: path === '' ? '/' : path,
    sameSite: 'lax',
    maxAge: lifetime,
  }
}
