import type { Configuration } from 'oidc-provider'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'

/**
 * Q66. A cookie belongs to one tenant by name and by path: tenants on one host must not read each other's (F8).
 * `__Host-` needs https and the root path, `__Secure-` only https; development on http goes without a prefix.
 */
export function cookieOptions(tenant: Tenant): NonNullable<Configuration['cookies']> {
  const isSecure = tenant.issuer.startsWith('https:')
  const basePath = basePathOf(tenant)
  const own = (name: string) => (basePath === '' ? name : `${name}-${tenant.slug}`)
  const host = isSecure && basePath === '' ? '__Host-' : ''
  const secure = isSecure ? '__Secure-' : ''
  const shared = { httpOnly: true, secure: isSecure, sameSite: 'lax', signed: true } as const
  return {
    names: {
      session: own(`${host || secure}signet`),
      // the engine gives these two the path of their interaction
      interaction: own(`${secure}signet-interaction`),
      resume: own(`${secure}signet-resume`),
    },
    long: { ...shared, path: basePath || '/' },
    short: shared,
  }
}
