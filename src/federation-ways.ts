import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { createLinkCodes, createSsoCodes } from '#api/auth/sso-codes.ts'
import { createLinkArrivals, createLinkStart, createLinkTickets } from '#api/auth/sso-link-start.ts'
import type { LinkArrivalDeps } from '#api/auth/sso-link-start.ts'
import { createSsoArrivals, createSsoStart } from '#api/auth/sso-start.ts'
import type { SsoArrivalDeps } from '#api/auth/sso-start.ts'
import type { Clients } from '#client/client.ts'
import { createTxtResolver } from '#federation/connection/domain/dns.ts'
import { createPostgresDomainStore } from '#federation/connection/domain/postgres.ts'
import { createConnectionHealth } from '#federation/connection/health.ts'
import { createPostgresConnectionStore } from '#federation/connection/postgres.ts'
import type { ConnectionStore } from '#federation/connection/connection.ts'
import { createConnections, type ConnectionDeps } from '#federation/connection/service.ts'
import type { Errands, PostedAnswers } from '#federation/errand/errand.ts'
import { createPostgresSuspectSessions } from '#federation/endings/postgres.ts'
import { createEnforcedEndings } from '#federation/endings/service.ts'
import { createErrands, createPostedAnswers } from '#federation/errand/service.ts'
import type { Arrivals, Connections, Enforcement, Errand } from '#federation/federation.ts'
import { createOidcHealth } from '#federation/oidc/health.ts'
import { createRefreshTokens } from '#federation/oidc/refresh.ts'
import { createOidcCallbackRouter } from '#federation/oidc/login.ts'
import type { OidcUpstream } from '#federation/oidc/oidc.ts'
import { createPeers } from '#federation/oidc/peers.ts'
import { createOidcUpstream } from '#federation/oidc/service.ts'
import { createCertificateWatch } from '#federation/saml/certificate-watch.ts'
import { createSamlHealth } from '#federation/saml/health.ts'
import { createSamlKeys } from '#federation/saml/keys.ts'
import { createSamlLogoutRouter, type LogoutRouterDeps } from '#federation/saml/logout/login.ts'
import type { LogoutRequests, LogoutsThere, SamlSessions } from '#federation/saml/logout/logout.ts'
import { createPendingLogouts } from '#federation/saml/logout/pending.ts'
import { createPostgresSamlSessionStore } from '#federation/saml/logout/postgres.ts'
import { createLogoutRequests } from '#federation/saml/logout/requests.ts'
import { createSamlSessions } from '#federation/saml/logout/sessions.ts'
import { createLogoutsThere } from '#federation/saml/logout/there.ts'
import { createSamlRouter } from '#federation/saml/login.ts'
import { createSamlOutbound } from '#federation/saml/outbound.ts'
import { createSamlPeers } from '#federation/saml/peers.ts'
import { createPostgresSamlStore } from '#federation/saml/postgres.ts'
import type { SamlPeers, SamlStore, SamlUpstream } from '#federation/saml/saml.ts'
import { createSamlUpstream } from '#federation/saml/service.ts'
import { createEnforcement } from '#federation/service.ts'
import { createPostgresTokenStore } from '#federation/tokens/postgres.ts'
import { createTokenSafe } from '#federation/tokens/safe.ts'
import { createTokenAccess } from '#federation/tokens/service.ts'
import { createSignInArrivals } from '#interaction/federation/arrivals.ts'
import type { SignInArrivalDeps } from '#interaction/federation/arrivals.ts'
import type { TellOfFailure } from '#interaction/federation/failures.ts'
import type { Config } from '#config/config.ts'
import { isLoopbackHost } from '#config/production.ts'
import type { Egress, ReadForm } from '#http/http.ts'
import { createFederationRouter } from '#interaction/federation/routes.ts'
import type { FederationRouteDeps, StartOf, Upstreams } from '#interaction/federation/routes.ts'
import type { Sessions } from '#session/session.ts'
import type { Ephemeral } from '#storage/storage.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import { basePathOf, type Tenants } from '#tenant/tenant.ts'
import type { Stores } from './stores.ts'

export type FederationDeps = Omit<ConnectionDeps, 'store' | 'domains' | 'resolver' | 'dropTokens'> &
  Pick<Stores, 'database' | 'ephemeral' | 'throttle'> & {
    readonly egress: Egress
    readonly logger: Logger
    readonly metrics: Metrics
    readonly config: Pick<Config, 'issuer'>
    readonly foreignSessions: SamlSessions
    readonly sessions: Pick<Sessions, 'end'>
    readonly tenants: Pick<Tenants, 'findById'>
  }

/** By which session elsewhere one of ours came. Of SAML alone: of the others nothing is told that would end one. */
export function createForeignSessions(deps: Pick<Stores, 'database' | 'ephemeral'>) {
  return createSamlSessions({ ...deps, store: createPostgresSamlSessionStore(deps) })
}

/** Where people have an account as well, which domains are whose, and how one gets there. */
export function createFederation(deps: FederationDeps) {
  const store = createPostgresConnectionStore(deps)
  const domains = createPostgresDomainStore(deps)
  const tokens = createPostgresTokenStore(deps)
  const federation = createConnections({
    ...deps,
    store,
    domains,
    resolver: createTxtResolver(),
    dropTokens: tokens.dropAll,
  })
  const { connections, homeRealms } = federation
  const errands = createErrands(deps)
  const peers = createPeers(deps)
  const tokenSafe = createTokenSafe(deps.sealer)
  const oidc = createOidcUpstream({ ...deps, connections, errands, peers, tokenSafe })
  const tokenAccess = createTokenAccess({
    ...deps,
    connections,
    store: tokens,
    safe: tokenSafe,
    refresh: createRefreshTokens({ ...deps, connections, peers }),
  })
  const postedAnswers = createPostedAnswers(deps)
  const saml = createSaml({ ...deps, connections, errands, posted: postedAnswers })
  const upstreams: Upstreams = {
    google: oidc,
    microsoft: oidc,
    oidc,
    github: oidc,
    apple: oidc,
    saml: saml.upstream,
  }
  const enforcement = createEnforcement({ ...homeRealms, ...connections })
  const protocols = [createOidcHealth({ ...deps, peers, connections }), saml.healthOf]
  const connectionHealth = createConnectionHealth({ ...deps, protocols })
  const ways = {
    oidcUpstream: oidc,
    samlUpstream: saml.upstream,
    samlLogout: saml.logout,
    signOutElsewhere: saml.logout.there.begin,
    postedAnswers,
    upstreams,
    enforcement,
    keepTokens: tokens.keep,
    tokenAccess,
    isKeptElsewhere: async (...whose: Parameters<typeof enforcement.ofEmail>) =>
      (await enforcement.ofEmail(...whose)) !== undefined,
  }
  const chores = createChores({ ...deps, ...saml, enforcement, connections: store })
  const { tellAdministrators } = deps
  return { ...federation, ...ways, ...chores, connectionHealth, tellAdministrators }
}

/** What a serving process does by itself. */
function createChores(
  deps: Pick<
    FederationDeps,
    'clock' | 'database' | 'sessions' | 'tellAdministrators' | 'tenants'
  > & {
    readonly connections: Pick<ConnectionStore, 'listActive'>
    readonly enforcement: Enforcement
    readonly store: SamlStore
    readonly peers: SamlPeers
  },
) {
  return {
    watchCertificates: createCertificateWatch({ ...deps, transactor: deps.database }),
    endEnforced: createEnforcedEndings({ ...deps, suspects: createPostgresSuspectSessions(deps) }),
  }
}

function createSaml(
  deps: FederationDeps & {
    readonly connections: Connections
    readonly errands: Errands
    readonly posted: PostedAnswers
  },
) {
  const store = createPostgresSamlStore(deps)
  const { hostname } = new URL(deps.config.issuer)
  const peers = createSamlPeers({ ...deps, store, allowsLoopback: isLoopbackHost(hostname) })
  const keys = createSamlKeys({ ...deps, store })
  const speaking = { ...deps, outbound: createSamlOutbound(deps), peers, keys }
  const {
    foreignSessions: sessions,
    sessions: { end },
  } = deps
  const logout = {
    requests: createLogoutRequests({ ...speaking, sessions, end }),
    there: createLogoutsThere({ ...speaking, pending: createPendingLogouts(deps) }),
  }
  const upstream = createSamlUpstream(speaking)
  return { upstream, logout, store, peers, healthOf: createSamlHealth({ ...deps, peers }) }
}

type ForeignSignInDeps = Omit<FederationRouteDeps & SignInArrivalDeps, 'startOf'> &
  Omit<SsoArrivalDeps & LinkArrivalDeps, 'linkCodes' | 'ssoCodes' | 'tellOfFailure'> &
  Pick<LogoutRouterDeps, 'audit' | 'logger' | 'metrics'> & {
    readonly tellOfFailure: TellOfFailure
    readonly clients: Pick<Clients, 'find'>
    readonly connections: Pick<Connections, 'find' | 'publicKeysOf'>
    readonly ephemeral: Ephemeral
    readonly oidcUpstream: OidcUpstream
    readonly samlUpstream: SamlUpstream
    readonly samlLogout: SamlLogout
    readonly postedAnswers: PostedAnswers
    readonly readForm: ReadForm
    /** Of the errands that are no sign-in. */
    readonly otherArrivals?: OtherArrivals | undefined
  }

export type SamlLogout = { readonly requests: LogoutRequests; readonly there: LogoutsThere }

export type OtherArrivals = Readonly<
  Partial<Record<Exclude<Errand['purpose'], 'sign_in'>, Arrivals<Context>>>
>

/** Out of a sign-in, and back into it. */
export function createForeignSignIn(deps: ForeignSignInDeps): readonly Router[] {
  const ssoCodes = createSsoCodes(deps.ephemeral)
  const linkCodes = createLinkCodes(deps.ephemeral)
  const all = { ...deps, ssoCodes, linkCodes, startOf: createStartOf(deps) }
  const { oidcUpstream: upstream, postedAnswers: posted } = deps
  const forFrontEnds = { api: createSsoArrivals(all), api_link: createLinkArrivals(all) }
  const others = { ...forFrontEnds, ...deps.otherArrivals }
  const arrivals = createArrivals(createSignInArrivals(all), others)
  return [
    createFederationRouter(all),
    createOidcCallbackRouter({ ...deps, upstream, posted, arrivals }),
    createSamlRouter({
      ...deps,
      upstream: deps.samlUpstream,
      arrivals,
      beginHere: ({ tenant, connection }) =>
        `${basePathOf(tenant)}/account?idp_hint=${connection.id}`,
    }),
    createSamlLogoutRouter({ ...deps, ...deps.samlLogout }),
  ]
}

/** Out of no page of ours: for a front end, to sign in or to connect. */
function createStartOf(deps: Pick<ForeignSignInDeps, 'clients' | 'ephemeral'>): StartOf {
  const toLink = createLinkStart({ ...deps, linkTickets: createLinkTickets(deps.ephemeral) })
  const toSignIn = createSsoStart(deps)
  return async (tenant, { id }, query) =>
    (await toLink(tenant, id, query)) ?? toSignIn(tenant, query)
}

/** Whoever comes back is met by who sent them. */
function createArrivals(signIn: Arrivals<Context>, others: OtherArrivals): Arrivals<Context> {
  const metBy = (purpose: Errand['purpose'] = 'sign_in') =>
    (purpose === 'sign_in' ? undefined : others[purpose]) ?? signIn
  return {
    arrived: (ctx, arrival) => metBy(arrival.errand.purpose).arrived(ctx, arrival),
    failed: (ctx, failure) => metBy(failure.errand?.purpose).failed(ctx, failure),
  }
}
