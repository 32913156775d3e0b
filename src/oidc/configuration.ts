import type { Configuration } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Clock } from '#kit/clock.ts'
import { acrValues } from '#client/client.ts'
import type { Clients } from '#client/client.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { basePathOf } from '#tenant/tenant.ts'
import { assertClientAssertion } from './client-auth.ts'
import { findClientRecord } from './client-models.ts'
import { claimsByScope, scopes } from './claims.ts'
import { cookieOptions } from './cookie-options.ts'
import { lifetimes } from './lifetimes.ts'
import { prompts } from './prompts.ts'
import { realmParameters } from './realm-hint.ts'
import { routes } from './routes.ts'

/** Asymmetric only: a client's secret is no signing key (Q13). */
const signingAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const
const ourAlgorithms = ['ES256', 'RS256'] as const

/**
 * What does not depend on the rooms behind: OAuth 2.1 with the choices of DESIGN §5. Every default of the engine that
 * is weaker (F9) is answered here by name.
 */
export function baseConfiguration(
  tenant: Tenant,
  { clients, clock }: { readonly clients: Clients; readonly clock: Clock },
): Configuration {
  const basePath = basePathOf(tenant)
  return {
    acrValues: [...acrValues],
    extraParams: [...realmParameters],
    scopes: [...scopes],
    claims: claimsByScope,
    // Kubernetes, Auth.js and many others read nothing but the ID token; `minimal_id_token` is a client's choice.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    subjectTypes: ['public', 'pairwise'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    // OIDC Registration §2: a client that says nothing gets RS256. Ours say ES256 in their validator.
    clientDefaults: {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
    },
    enabledJWA: {
      idTokenSigningAlgValues: [...ourAlgorithms],
      userinfoSigningAlgValues: [...ourAlgorithms],
      authorizationSigningAlgValues: [...ourAlgorithms],
      clientAuthSigningAlgValues: [...signingAlgorithms],
      requestObjectSigningAlgValues: [...signingAlgorithms],
      dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    },
    pkce: { required: requirePkce },
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    enableHttpPostMethods: false,
    clockTolerance: 5,
    assertJwtClientAuthClaimsAndHeader: assertClientAssertion(clock),
    cookies: cookieOptions(tenant),
    routes,
    ttl: lifetimes(clock),
    clientBasedCORS: (_ctx, origin, client) =>
      findClientRecord(client)?.metadata.allowed_origins?.includes(origin) ?? false,
    interactions: {
      policy: prompts(clients),
      url: (_ctx, interaction) => `${basePath}/interaction/${interaction.uid}`,
    },
    ...refreshPolicy,
  }
}

/** RFC 9700 §2.1.1: everybody; a confidential client may opt out by name and is then held to `nonce`. */
const requirePkce: NonNullable<NonNullable<Configuration['pkce']>['required']> = (ctx, client) => {
  const mayGoWithout =
    client.clientAuthMethod !== 'none' && findClientRecord(client)?.metadata.require_pkce === false
  if (!mayGoWithout) return true
  if (ctx.oidc.params?.['nonce'] === undefined) {
    throw new errors.InvalidRequest('this client must send code_challenge or nonce')
  }
  return false
}

/**
 * A client registered for `refresh_token` gets one. Without `offline_access` it ends with the session (OIDC Core §11:
 * that scope means access while the person is away), unless the client always gets a lasting one.
 */
const refreshPolicy: Pick<
  Configuration,
  'issueRefreshToken' | 'expiresWithSession' | 'rotateRefreshToken' | 'revokeGrantPolicy'
> = {
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async (ctx, source) =>
    !source.scopes.has('offline_access') &&
    findClientRecord(ctx.oidc.client)?.metadata.always_issue_refresh_token !== true,
  // Q14: on every use, for everybody.
  rotateRefreshToken: () => true,
  // F14: reuse must destroy the Grant, or a racing winner's tokens live on. One revoked access token is only that.
  revokeGrantPolicy: (ctx) =>
    !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined),
}
