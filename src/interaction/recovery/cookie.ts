import type { Context } from 'koa'
import type { Cookies, CookieSpec } from '#http/http.ts'
import { randomToken } from '#kit/random.ts'
import { basePathOf, tenantOf, type Tenant } from '#tenant/tenant.ts'
import { recoveryLifetime } from './progress.ts'

/** Which recovery this browser is in: a random value that names its progress, and that its codes are bound to (Q57). */
export type RecoveryCookie = {
  /** The value this browser has, or a new one that is set with this answer. */
  ensure(ctx: Context): string
  read(ctx: Context): string | undefined
  /** A new value in place of the one this browser has. */
  renew(ctx: Context): string
}

export function createRecoveryCookie(cookies: Cookies): RecoveryCookie {
  function read(ctx: Context): string | undefined {
    const tenant = tenantOf(ctx.req)
    const value = cookies.read(ctx.req, specOf(tenant), tenant.issuer)
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
  }

  function renew(ctx: Context): string {
    const tenant = tenantOf(ctx.req)
    const value = randomToken()
    cookies.write(ctx.res, specOf(tenant), { issuer: tenant.issuer, value })
    return value
  }

  return { read, renew, ensure: (ctx) => read(ctx) ?? renew(ctx) }
}

function specOf(tenant: Tenant): CookieSpec {
  const path = basePathOf(tenant)
  return {
    name: path === '' ? 'signet-recovery' : `signet-recovery-${tenant.slug}`,
    path: `${path}/recover`,
    sameSite: 'lax',
    maxAge: recoveryLifetime,
  }
}
