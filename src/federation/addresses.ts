import type { ConnectionId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'

/** Address of a connection's own endpoint, below the tenant's issuer: never from a header. */
export function connectionUrl(
  tenant: Pick<Tenant, 'issuer'>,
  id: ConnectionId,
  endpoint: 'start' | 'callback' | 'jwks' | 'acs' | 'metadata' | 'slo',
): string {
  return `${tenant.issuer}/federation/${id}/${endpoint}`
}

/** What the other side is told of us. */
export function connectionUrls(
  tenant: Pick<Tenant, 'issuer'>,
  { id, type }: { readonly id: ConnectionId; readonly type: string },
): Readonly<Record<string, string>> {
  if (type !== 'saml') return { redirect_uri: connectionUrl(tenant, id, 'callback') }
  return {
    metadata: connectionUrl(tenant, id, 'metadata'),
    acs: connectionUrl(tenant, id, 'acs'),
    slo: connectionUrl(tenant, id, 'slo'),
  }
}
