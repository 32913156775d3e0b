import type { Configuration, Provider } from 'oidc-provider'
import type { Accounts } from '#account/account.ts'
import type { Clients } from '#client/client.ts'
import type { ConsentStore } from '#consent/consent.ts'
import type { Egress } from '#http/http.ts'
import type { Enforcement } from '#federation/federation.ts'
import type { KeySet } from '#key/key.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { KeyDeriver, Sealer } from '#kit/sealer.ts'
import type { Throttle } from '#login/login.ts'
import type { SessionRegister } from '#session/session.ts'
import type { Logger } from '#telemetry/telemetry.ts'
import type { PageOf, Tenant } from '#tenant/tenant.ts'
import { installScriptlessSignOut } from './scriptless-sign-out.ts'
import { installSignOutElsewhere } from './sign-out-elsewhere.ts'
import type { SignOutElsewhereDeps } from './sign-out-elsewhere.ts'
import { createAdapterFactory } from './adapter/adapter.ts'
import { installLogoutOutbox } from './backchannel-logout.ts'
import { createFindAccount } from './claims.ts'
import type { ClaimsOf } from './claims.ts'
import { installClientModels } from './client-models.ts'
import { baseConfiguration } from './configuration.ts'
import { observeEngine } from './grant-events.ts'
import type { GrantEventDeps } from './grant-events.ts'
import { createGrantLoader } from './grants.ts'
import { createKeyring } from './keyring.ts'
import type { ArtifactStore, LogoutOutbox } from './oidc.ts'
import { installFederatedSessions } from './federated-session.ts'
import { installGuards } from './guards.ts'
import { installDirectGrant } from './direct/grant.ts'
import { createErrorPage } from './pages/error-page.ts'
import { devicePages } from './pages/device-pages.ts'
import { createLeanProvider } from './lean-provider.ts'
import { logoutPages } from './pages/logout-pages.ts'
import { createSubjectOf } from './pairwise.ts'
import type { SubjectOf } from './pairwise.ts'
import { extraClientMetadata } from './registration.ts'
import { resourceIndicators } from './resources.ts'
import { engineKeys } from './signing-keys.ts'
import { createTokenClaims } from './token-claims.ts'
import { createIntrospectionPolicy, revocationPolicy } from './token-policies.ts'

/** Everything one tenant's engine is made of. */
export type ProviderDeps = Omit<GrantEventDeps, 'tenantId'> &
  Omit<SignOutElsewhereDeps, 'tenant'> & {
    readonly accounts: Accounts
    readonly claimsOf: ClaimsOf
    readonly enforcement: Pick<Enforcement, 'stands'>
    readonly clients: Clients
    readonly consents: ConsentStore
    readonly store: ArtifactStore
    readonly logoutOutbox: LogoutOutbox
    readonly throttle: Throttle
    readonly sessions: SessionRegister
    readonly sealer: Sealer
    readonly secrets: KeyDeriver
    readonly clock: Clock
    readonly logger: Logger
    readonly egress: Egress
    readonly pageOf: PageOf
  }

/** Of one tenant at one version. */
export type ProviderInput = {
  readonly tenant: Tenant
  readonly keySet: KeySet
  /** Makes pairwise subjects; must never change (OIDC Core §8.1). */
  readonly subjectKey: Uint8Array
}

/** The only provider of a tenant. About a millisecond; never changed afterwards, only replaced. */
export function buildProvider(input: ProviderInput, deps: ProviderDeps): Provider {
  const { tenant } = input
  const provider = createLeanProvider(tenant.issuer, configuration(input, deps))
  // Only what we pinned ourselves is in these headers: see `dispatch.ts` (F4, F5).
  provider.proxy = true
  installClientModels(provider, { tenantId: tenant.id, ...deps })
  installLogoutOutbox(provider, {
    tenantId: tenant.id,
    outbox: deps.logoutOutbox,
    clock: deps.clock,
  })
  installGuards(provider, { tenantId: tenant.id, ...deps })
  installSignOutElsewhere(provider, { tenant, ...deps })
  installScriptlessSignOut(provider)
  installFederatedSessions(provider)
  installDirectGrant(provider, { tenant, clock: deps.clock })
  observeEngine(provider, { tenantId: tenant.id, ...deps })
  return provider
}

function configuration(input: ProviderInput, deps: ProviderDeps): Configuration {
  const { tenant, keySet, subjectKey } = input
  const tenantId = tenant.id
  const subjectOf = createSubjectOf(subjectKey)
  const base = baseConfiguration(tenant, deps)
  return {
    ...base,
    adapter: createAdapterFactory({ tenantId, ...deps }),
    jwks: engineKeys(keySet),
    cookies: {
      ...base.cookies,
      keys: createKeyring(deps.secrets.deriveAll('cookies', tenantId)) as never, // any Keygrip-like object is taken
    },
    findAccount: createFindAccount({ tenantId, ...deps }),
    loadExistingGrant: createGrantLoader({ tenantId, ...deps }),
    pairwiseIdentifier: async (_ctx, accountId, client) =>
      subjectOf(brandId<AccountId>(accountId), client),
    extraClientMetadata,
    extraTokenClaims: createTokenClaims(tenant),
    renderError: createErrorPage({ tenant, ...deps }),
    // F13: the engine's own guard looks after connecting, and is dropped with the dispatcher it is passed in.
    fetch: (url, options) => deps.egress(url as string, { ...options, signal: options?.signal }),
    features: features(input, deps, subjectOf),
  }
}

function features(
  { tenant }: ProviderInput,
  deps: ProviderDeps,
  subjectOf: SubjectOf,
): NonNullable<Configuration['features']> {
  const tenantId = tenant.id
  const pages = { tenant, pageOf: deps.pageOf }
  return {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true, nonceSecret: deps.secrets.derive('dpop-nonce', tenantId) },
    requestObjects: { enabled: true },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    backchannelLogout: { enabled: true },
    deviceFlow: { enabled: true, ...devicePages({ ...pages, logger: deps.logger }) },
    introspection: {
      enabled: true,
      allowedPolicy: createIntrospectionPolicy({ tenantId, ...deps }),
    },
    revocation: { enabled: true, allowedPolicy: revocationPolicy },
    registration: {
      enabled: true,
      initialAccessToken: true,
      issueRegistrationAccessToken: false,
      idFactory: () => randomToken(16),
      // base64url only: many clients forget to form-encode Basic credentials
      secretFactory: async () => randomToken(32),
    },
    resourceIndicators: resourceIndicators(tenant, deps.clients),
    rpInitiatedLogout: logoutPages({ ...pages, accounts: deps.accounts, subjectOf }),
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
  }
}
