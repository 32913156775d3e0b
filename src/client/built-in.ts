import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import type { KeyDeriver } from '#kit/sealer.ts'
import type { Client } from './client.ts'
import { clientMetadata } from './metadata.ts'
import { accountCallbackOf, accountClientId, accountClientSecrets } from './my-account.ts'

/**
 * The one client every tenant has without a row of its own. Confidential: its code is of no use to whoever sees one. It
 * asks for nothing but who the person is, and gets no refresh token.
 */
export function builtInAccountClient(
  tenant: { readonly id: TenantId; readonly issuer: string },
  keys: KeyDeriver,
): Client {
  const always = new Date(0)
  return {
    tenantId: tenant.id,
    clientId: accountClientId,
    metadata: clientMetadata.parse({
      client_name: 'My account',
      client_uri: `${tenant.issuer}/account`,
      redirect_uris: [accountCallbackOf(tenant.issuer)],
      post_logout_redirect_uris: [],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      response_modes: ['query'],
      scope: 'openid',
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
      first_party: true,
      require_auth_time: true,
    }),
    secretHashes: accountClientSecrets(keys, tenant.id).map(sha256),
    status: 'active',
    origin: 'built_in',
    createdAt: always,
    updatedAt: always,
  }
}
