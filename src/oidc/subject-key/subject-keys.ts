import type { TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { SubjectKeyStore } from '../oidc.ts'

/** The key that makes a tenant's pairwise subjects: drawn at first use, the same in every process, for good. */
export function createSubjectKeys(deps: {
  readonly store: SubjectKeyStore
  readonly sealer: Sealer
}): (tenantId: TenantId) => Promise<Uint8Array> {
  return async (tenantId) => {
    const place = [tenantId, 'subject_keys', 'sealed_key']
    const drawn = deps.sealer.seal(randomToken(32), place)
    const kept = await deps.store.getOrInsert(tenantId, drawn)
    return Buffer.from(deps.sealer.open(kept, place), 'base64url')
  }
}
