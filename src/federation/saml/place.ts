import { brandId, type ConnectionId } from '#kit/ids.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { isOfType } from '../connection/connection.ts'
import { connectionIdPattern, type Connections } from '../federation.ts'
import type { SamlPlace } from './saml.ts'

/** Undefined, and so a 404, for what is not a connection of this tenant that speaks SAML. */
export async function placeOf(
  tenant: Tenant,
  id: string,
  { connections }: { readonly connections: Pick<Connections, 'find'> },
): Promise<SamlPlace | undefined> {
  if (!connectionIdPattern.test(id)) return undefined
  const connection = await connections.find(tenant.id, brandId<ConnectionId>(id))
  return connection && isOfType(connection, 'saml') ? { tenant, connection } : undefined
}
