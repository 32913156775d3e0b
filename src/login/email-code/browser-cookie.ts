import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CookieSpec, Cookies } from '#http/http.ts'
import { randomToken } from '#kit/random.ts'
import { basePathOf, type Tenant } from '#tenant/tenant.ts'

/**
 * Tells the browser that asked for a mail from every other (Q57). A random value that means nothing by itself; stores keep
 * its hash. `Lax`: it must come along when a link in a mail is opened.
 */
export type BrowserCookie = {
  /** Undefined where this browser was given none. */
  read(tenant: Tenant, req: IncomingMessage): string | undefined
  /** The value this browser has, or a new one that is set with this answer. */
  ensure(tenant: Tenant, req: IncomingMessage, res: ServerResponse): string
}

/** Seconds: longer than any code or link lives. */
const lifetime = 24 * 3600

export function createBrowserCookie(cookies: Cookies): BrowserCookie {
  function read(tenant: Tenant, req: IncomingMessage): string | undefined {
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
