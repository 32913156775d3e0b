import type { JWK } from 'jose'
import type { Sealer } from '#kit/sealer.ts'
import { clientKeyAlg, publicClientKey } from './client-key.ts'
import { openSecret } from './next.ts'
import type { ManagedConnection, StoredConnection } from './vocabulary.ts'
import type { ConnectionDomain } from './domain/domain.ts'

/** `claims`: of this connection at least. */
export function managedOf(
  stored: StoredConnection,
  claims: readonly ConnectionDomain[],
  sealer: Sealer,
): ManagedConnection {
  const { sealedSecret, ...connection } = stored
  return {
    ...connection,
    hasSecret: sealedSecret !== undefined,
    publicKeys: publicKeysOf(stored, sealer),
    domains: claims.filter(({ connectionId }) => connectionId === connection.id),
  }
}

export function publicKeysOf(stored: StoredConnection, sealer: Sealer): readonly JWK[] {
  if (!clientKeyAlg(stored.type, stored.settings)) return []
  const key = openSecret(sealer, stored)
  return key === undefined ? [] : [publicClientKey(key)]
}
