import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import { accountClaims } from '#account/claims.ts'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { createAccounts } from '#account/service.ts'
import { createPostgresAudit } from '#audit/postgres.ts'
import { builtInAccountClient } from '#client/built-in.ts'
import { createPostgresClientStore, createPostgresResourceStore } from '#client/postgres.ts'
import { createClients } from '#client/service.ts'
import type { ClientDeps } from '#client/change.ts'
import type { Config, DemoConfig, Secrets } from '#config/config.ts'
import { createPostgresConsentStore } from '#consent/postgres.ts'
import { applicationOrigin, identityProviderOrigin } from '#demo/demo.ts'
import { createDevMailRouter } from '#demo/dev-mail.ts'
import { createConnectionNotices } from '#federation/connection/notices.ts'
import { createAddressResolver } from '#http/address.ts'
import { createEgress } from '#http/egress.ts'
import { createErrorBoundary } from '#http/error-boundary.ts'
import type { Egress } from '#http/http.ts'
import { createOverPage } from '#interaction/over.ts'
import { createProblemOfOver } from '#interaction/problem-page.ts'
import type { DemoAccount } from '#interaction/step-page.ts'
import { createPostgresKeyStore } from '#key/postgres.ts'
import { createKeys } from '#key/service.ts'
import type { Clock } from '#kit/clock.ts'
import { createGate } from '#kit/gate.ts'
import { createKeyDeriver, createSealer, type KeyDeriver } from '#kit/sealer.ts'
import { createPasswordHasher } from '#login/password/argon2.ts'
import { loadBlocklist } from '#login/password/blocklist.ts'
import { createBreachService } from '#login/password/breach-service.ts'
import type { EmailChangeStore } from '#login/email-change/email-change.ts'
import { createPostgresEmailChangeStore } from '#login/email-change/postgres.ts'
import { createEmailChanges, type EmailChangeDeps } from '#login/email-change/service.ts'
import { createPasswordChanges, type PasswordChangeDeps } from '#login/password/change/service.ts'
import { createPostgresPasswordStore } from '#login/password/postgres.ts'
import { createPasswordLogin, type PasswordLoginDeps } from '#login/password/service.ts'
import { createPostgresOutbox } from '#mail/postgres.ts'
import { createLogoutDelivery } from '#oidc/backchannel-logout.ts'
import { createProtocolServer, createPublications, isProtocolPath } from '#oidc/dispatch.ts'
import { createArtifactEnder } from '#oidc/ender.ts'
import { createAuthFlow } from '#oidc/flow.ts'
import { createSessionKeeper } from '#oidc/live-sessions.ts'
import { createPostgresLogoutOutbox } from '#oidc/logout-outbox/postgres.ts'
import { createEngineRegistry } from '#oidc/registry.ts'
import { createReuseNotice } from '#oidc/reuse-notice.ts'
import { createPostgresSubjectKeyStore } from '#oidc/subject-key/postgres.ts'
import { createSubjectKeys } from '#oidc/subject-key/subject-keys.ts'
import { createWellKnownRouter } from '#portal/well-known.ts'
import { createGeography } from '#session/geoip.ts'
import { createPostgresSessionStore } from '#session/postgres.ts'
import { createSessions, type SessionDeps } from '#session/service.ts'
import { closeRedis } from '#storage/redis.ts'
import type { Database } from '#storage/storage.ts'
import type { Metrics, Logger } from '#telemetry/telemetry.ts'
import { currentRequestId } from '#telemetry/request-context.ts'
import { createAddressing } from '#tenant/address.ts'
import { createFrontDoor } from '#tenant/front-door.ts'
import { createPageOf } from '#tenant/page.ts'
import { createHomeRouter } from '#tenant/portal.ts'
import { createProblemPage } from '#tenant/problem-page.ts'
import { createPostgresTenantStore } from '#tenant/postgres.ts'
import { createTenants } from '#tenant/service.ts'
import type { PageOf, Tenants } from '#tenant/tenant.ts'
import { loadAssets } from '#views/assets.ts'
import { createJsonApi } from './json-api.ts'
import { createMyAccount, createOwnAffairs } from './my-account.ts'
import { createConversation, requesterOf, type PageInput } from './conversation.ts'
import { createFederation, createForeignSessions } from './federation-ways.ts'
import { createSignInTrust } from './sign-in-trust.ts'
import { openStores, type Stores } from './stores.ts'
import { createWaysIn } from './ways-in.ts'

export type AppInput = {
  readonly config: Config
  readonly secrets: Secrets
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Everything a process of Signet can do; the server and the command line take from it what they need. */
export type App = Awaited<ReturnType<typeof openApp>>

/**
 * The composition root: the one file that sees everything. Opens the stores and connects the rooms; waits for no server,
 * listens to nothing and starts nothing that runs by itself.
 */
export async function openApp(input: AppInput) {
  const stores = await openStores(input)
  const services = createServices(input, stores)
  return {
    ...services,
    ...stores,
    async [Symbol.asyncDispose]() {
      if (stores.redis) await closeRedis(stores.redis)
      await stores.database.close()
    },
  }
}

/** How sessions and what hangs on them are kept in view, and ended. */
function createEndings({ database, artifacts: store }: Stores, clock: Clock) {
  const logoutOutbox = createPostgresLogoutOutbox({ database, clock })
  const live = createSessionKeeper({ store, outbox: logoutOutbox, clock })
  const sessions = createPostgresSessionStore({ database })
  const ender = createArtifactEnder({ store, sessions, keeper: live })
  return { logoutOutbox, ender, ofSessions: { store: sessions, live } }
}

/** Who is signed in, and by which session elsewhere. */
function createSignedIn(stores: Stores, deps: Omit<SessionDeps, 'rememberElsewhere'>) {
  const foreignSessions = createForeignSessions(stores)
  const sessions = createSessions({ ...deps, rememberElsewhere: foreignSessions.remember })
  return { sessions, foreignSessions }
}

/** Applications, and My account among them. */
function createRegistrations({
  database,
  tenants,
  keyring,
  ...change
}: Omit<ClientDeps, 'store' | 'resources' | 'builtIn'> & {
  readonly database: Database
  readonly tenants: Pick<Tenants, 'findById'>
  readonly keyring: KeyDeriver
}) {
  return createClients({
    store: createPostgresClientStore({ database }),
    resources: createPostgresResourceStore({ database }),
    async builtIn(tenantId) {
      const tenant = await tenants.findById(tenantId)
      return tenant && builtInAccountClient(tenant, keyring)
    },
    ...change,
  })
}

/** The facts and the ways in. */
function createServices(input: AppInput, stores: Stores) {
  const { config, clock } = input
  const { database, throttle } = stores
  const keyring = createKeyDeriver(input.secrets.keys)
  const sealer = createSealer(keyring)
  const audit = createPostgresAudit({ database, clock })
  const { logoutOutbox, ender, ofSessions } = createEndings(stores, clock)
  const change = { clock, audit, ender, transactor: database }

  const tenants = createTenants({
    store: createPostgresTenantStore({ database }),
    clock,
    issuer: config.issuer,
  })
  const keys = createKeys({ store: createPostgresKeyStore({ database }), sealer, ...change })
  const clients = createRegistrations({ ...change, database, tenants, keyring })
  const keptAddresses = createPostgresEmailChangeStore({ database, clock })
  const store = createPostgresAccountStore({ database })
  const accounts = createAccounts({ store, keptAddresses, ...change })
  const geography = createGeography(config.geoipFile)
  const signedInBy = { ...ofSessions, ...change, endAccount: accounts.end, geography }
  const signedIn = createSignedIn(stores, signedInBy)
  const consents = createPostgresConsentStore({ database })
  const outbox = createPostgresOutbox({ database, clock })
  const egress = createEgress({
    allow: config.outboundAllow,
    allowOrigins: config.demo ? [identityProviderOrigin(config.demo)] : [],
  })
  const hasher = createHasher(input)
  const passwords = createPasswords(input, {
    ...change,
    database,
    accounts,
    throttle,
    hasher,
    sealer,
    keys: keyring,
    egress,
  })
  const tellAdministrators = createConnectionNotices({ tenants, accounts, outbox, clock })
  const leaving = { ...signedIn, tenants, sealer, egress, tellAdministrators }
  const federation = createFederation({ ...input, ...stores, ...change, ...leaving })
  const kept = { consents, outbox, logoutOutbox, audit, keyring, sealer }
  const { sessions } = signedIn
  const facts = { tenants, keys, clients, accounts, sessions, ...kept }
  const known = { ...facts, ...federation, hasher, keptAddresses, passwords }
  const ways = createWaysIn(input, stores, known)
  const trust = createSignInTrust({ ...input, ...stores, ...facts, geography, egress })
  const of = { ...facts, ...ways, passwords, emailChangeStore: keptAddresses, clock }
  const otherMethods = [ways.passkeys, ways.connectedAccounts]
  const self = createSelfService({ ...of, ...federation, otherMethods })
  const affairs = { ...createOwnAffairs({ ...change, ...facts, ...self, store }), ...trust }
  return { ...facts, ...affairs, passwords, ...ways, egress, ...self, ...federation }
}

function createPasswords(
  input: AppInput,
  deps: Omit<PasswordLoginDeps, 'store' | 'isCommon' | 'isBreached' | 'logger' | 'metrics'> & {
    readonly database: Database
    readonly egress: Egress
  },
) {
  const { breachedPasswordsUrl: url } = input.config
  return createPasswordLogin({
    ...input,
    ...deps,
    store: createPostgresPasswordStore(deps),
    isCommon: loadBlocklist(),
    isBreached: url === undefined ? undefined : createBreachService({ ...input, ...deps, url }),
  })
}

/** One gate for whatever is hashed. */
function createHasher({ config, clock, metrics }: AppInput) {
  const { width, queue } = config.password
  const gate = createGate({ name: 'password', width, queue })
  return createPasswordHasher({ config: config.password, gate, clock, metrics })
}

/** What people change about how they sign in, by themselves. */
function createSelfService(
  deps: Omit<PasswordChangeDeps, 'formerAddresses'> &
    Omit<EmailChangeDeps, 'store'> & { readonly emailChangeStore: EmailChangeStore },
) {
  const emailChanges = createEmailChanges({ ...deps, store: deps.emailChangeStore })
  const { formerAddresses } = emailChanges
  const passwordChanges = createPasswordChanges({ ...deps, formerAddresses })
  return { emailChanges, passwordChanges }
}

/** What serves requests. */
export async function createWeb(input: AppInput, app: App, demo: readonly DemoAccount[]) {
  const assets = await loadAssets()
  const pageOf = createPageOf(assets)
  const { registry, logoutDelivery } = createProtocol(input, app, pageOf)
  const flow = createAuthFlow({ registry, ...app, transactor: app.database, clock: input.clock })
  const about = { registry, requesterOf, clock: input.clock }
  const myAccount = createMyAccount({ ...app, ...about, pageOf })
  const api = createJsonApi({ ...app, ...about, transactor: app.database })
  const pages = createPages(input, app, { flow, myAccount, pageOf, demo, api })
  const serve = createProtocolServer(registry)
  const handler = createFrontDoor({
    resolveAddress: createAddressResolver(input.config.server),
    addresses: createAddressing({ tenants: app.tenants, issuer: input.config.issuer }),
    assets,
    protocol: { owns: isProtocolPath, serve, publication: createPublications(registry) },
    pages,
    metrics: input.metrics,
    clock: input.clock,
  })
  return { handler, registry, logoutDelivery, assets }
}

function createProtocol({ clock, logger, metrics }: AppInput, app: App, pageOf: PageOf) {
  const registry = createEngineRegistry({
    keys: app.keys,
    subjectKeyOf: createSubjectKeys({
      store: createPostgresSubjectKeyStore(app.database),
      sealer: app.sealer,
    }),
    provider: {
      ...app,
      store: app.artifacts,
      claimsOf: accountClaims,
      onRefreshTokenReuse: createReuseNotice({ ...app, clock }),
      secrets: app.keyring,
      clock,
      logger,
      metrics,
      pageOf,
    },
  })
  const logoutDelivery = createLogoutDelivery({
    outbox: app.logoutOutbox,
    providerOf: async (tenantId) => {
      const tenant = await app.tenants.findById(tenantId)
      return tenant?.status === 'active' ? (await registry.engineOf(tenant)).provider : undefined
    },
  })
  return { registry, logoutDelivery }
}

function developmentLinks(demo: DemoConfig) {
  const application = applicationOrigin(demo)
  return (basePath: string) => ({ demo: application, mail: `${basePath}/dev/mail` })
}

/** Our own pages: one small Koa, told of a failure when the way to it has failed. */
function createPages(input: AppInput, app: App, pageInput: PageInput) {
  const { flow, myAccount, pageOf, api } = pageInput
  const { config, clock, logger } = input
  const failures = new WeakMap<IncomingMessage, unknown>()
  const koa = new Koa()
  koa.use(
    createErrorBoundary({
      renderError: createProblemPage({ pageOf, issuer: config.issuer }),
      requestId: currentRequestId,
      isApi: (ctx) => /^\/(?:t\/[^/]+\/)?api\//.test(ctx.path),
      logger,
      clock,
    }),
  )
  koa.use(async (ctx, next) => {
    if (failures.has(ctx.req)) throw failures.get(ctx.req)
    await next()
  })
  koa.use(api)
  koa.use(createOverPage({ problemOf: createProblemOfOver({ ...app, flow }), pageOf }))
  const { demo } = config
  const links = demo && developmentLinks(demo)
  const routers = [
    createHomeRouter({ pageOf, developmentLinks: links }),
    ...createConversation(input, app, pageInput),
    ...myAccount.routers,
    createWellKnownRouter(),
    ...(demo ? [createDevMailRouter({ outbox: app.outbox, pageOf })] : []),
  ]
  for (const router of routers) koa.use(router.routes())
  const callback = koa.callback()

  return async (req: IncomingMessage, res: ServerResponse, failure?: unknown): Promise<void> => {
    if (failure !== undefined) failures.set(req, failure)
    await callback(req, res)
  }
}
