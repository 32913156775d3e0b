import type { ManagedConnection, StoredConnection } from './vocabulary.ts'
import type { ConnectionDomain } from './domain/domain.ts'

/** `claims`: of this connection at least. */
export function managedOf(
  { sealedSecret, ...connection }: StoredConnection,
  claims: readonly ConnectionDomain[],
): ManagedConnection {
  return {
    ...connection,
    hasSecret: sealedSecret !== undefined,
    domains: claims.filter(({ connectionId }) => connectionId === connection.id),
  }
}
