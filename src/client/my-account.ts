import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import type { KeyDeriver } from '#kit/sealer.ts'

/** My account. Reserved: nobody can register, change or remove a client of this name. */
export const accountClientId = brandId<ClientId>('signet-account')

const purpose = 'account-client'

/**
 * The secret of My account in this tenant, for the token request it makes inside the process. Derived: it is stored
 * nowhere, and nobody outside of this house ever held it.
 */
export function accountClientSecret(keys: KeyDeriver, tenantId: TenantId): string {
  return keys.derive(purpose, tenantId).toString('base64url')
}

/** Every secret still accepted, current first. */
export function accountClientSecrets(keys: KeyDeriver, tenantId: TenantId): readonly string[] {
  return keys.deriveAll(purpose, tenantId).map((key) => key.toString('base64url'))
}

/** Where the answer to My account's authorization requests goes. */
export function accountCallbackOf(issuer: string): string {
  return `${issuer}/account/callback`
}
