import type { Cookies } from '#http/http.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'
import type { TrustedDeviceCookie } from './trusted-device.ts'

export function createTrustedDeviceCookie(cookies: Cookies): TrustedDeviceCookie {
  return {
    read: (tenant, req) => cookies.read(req, specOf(tenant), tenant.issuer),
    write: (tenant, res, value) =>
      cookies.write(res, specOf(tenant), { issuer: tenant.issuer, value }),
  }
}

/** The store decides when it is over; the browser keeps it as long as any tenant may say. */
const specOf = (tenant: Tenant) =>
  ({
    name: basePathOf(tenant) === '' ? 'signet-trusted' : `signet-trusted-${tenant.slug}`,
    // read below `/interaction` only, but `__Host-` asks for the root (Q66)
    path: basePathOf(tenant) || '/',
    sameSite: 'lax',
    maxAge: 90 * 24 * 3600,
  }) as const
