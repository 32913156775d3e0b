import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import type { Account, Profile } from '#account/account.ts'
import { loadConfig } from '#config/load.ts'
import { createServer } from '#http/server.ts'
import { systemClock } from '#kit/clock.ts'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { migrate } from '#storage/migrate.ts'
import { connectRedis } from '#storage/redis.ts'
import { silentLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import type { Logger, Metrics } from '#telemetry/telemetry.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { createWeb, openApp } from '#app.ts'
import type { App, AppInput } from '#app.ts'
import { createBrowser } from './browser.ts'
import type { Browser } from './browser.ts'
import { createEmptyDatabase } from './databases.ts'
import { createPostOffice } from './post-office.ts'
import type { PostOffice } from './post-office.ts'
import { createClientKey, createRelyingParty } from './relying-party.ts'
import type { RelyingParty, TestClient } from './relying-party.ts'
import {
  freePort,
  hasPostgres,
  hasRedis,
  passInRedis,
  reserveRedisDatabase,
  sharedPostgres,
} from './servers.ts'
import { startSmtp } from './smtp.ts'
import { createTransport } from './transport.ts'
import type { Transport } from './transport.ts'
import { api, opaqueApi, worldClients } from './world-clients.ts'
import type { ClientName } from './world-clients.ts'

/**
 * The whole of Signet as one process would run it, listening on a free port, with two tenants, people and clients; only
 * the jobs do not run by themselves.
 *
 * Time stands still until `pass` moves it. The engine, jose, the embedded database and the relying party's library all
 * read `Date` by themselves, so an injected clock would leave them behind: here `Date` itself is mocked, for the whole
 * test process, and the injected clock reads it. It begins at the real time, because a real Postgres has a clock of its
 * own; Redis, which forgets by itself, is aged along. Timers are real.
 */
export type World = AsyncDisposable & {
  readonly issuer: string
  readonly port: number
  readonly app: App
  readonly web: Awaited<ReturnType<typeof createWeb>>
  /** At the root issuer, and at `/t/acme`. */
  readonly main: Tenant
  readonly acme: Tenant
  /** In `main`; `mallory` is disabled. Change none of them: make one with `addAccount`. */
  readonly people: Readonly<Record<PersonName, Person>>
  /** In acme, with Ada's address. */
  readonly adaOfAcme: Person
  readonly clock: Clock
  /** Lets time pass for everything in this process and in Redis. */
  pass(seconds: number): Promise<void>
  readonly transport: Transport
  /** The mail server this installation sends through. */
  readonly mail: PostOffice
  /** Starts another process of this installation, on the same stores: the way to it. Not for the embedded set-up. */
  sibling(): Promise<Sibling>
  browser(): Browser
  /** A client of `main`; the same one each time. Change none of them: make one with `addClient`. */
  client(name: ClientName): TestClient
  /** A new client like the named one, with something else, of a tenant. */
  addClient(name: ClientName, other?: object, tenant?: Tenant): Promise<TestClient>
  relyingParty(client: ClientName | TestClient): Promise<RelyingParty>
  addAccount(name?: string, tenant?: Tenant): Promise<Person>
  addTenant(slug: string): Promise<Tenant>
}

export type Sibling = { readonly app: App; readonly transport: Transport }

export type PersonName = 'ada' | 'grace' | 'mallory'

export type Person = {
  readonly account: Account
  readonly email: string
  readonly password: string
}

export type StoreSetup = 'embedded' | 'postgres' | 'postgres+redis'

export type WorldOptions = {
  readonly stores?: StoreSetup
  /** An https one is served as behind a proxy that ends TLS. `http://localhost:<port>` when left out. */
  readonly issuer?: string
  /** More settings, by their names in the environment. */
  readonly settings?: Readonly<Record<string, string>>
  readonly logger?: Logger
  readonly metrics?: Metrics
}

/** The ways to store things that this machine can run; the embedded one always. */
export function storeSetups(): readonly StoreSetup[] {
  if (!hasPostgres()) return ['embedded']
  return hasRedis() ? ['embedded', 'postgres', 'postgres+redis'] : ['embedded', 'postgres']
}

export const password = 'a long walk by the river'
const actor = { kind: 'cli' } as const

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  standStill()
  await using stack = new AsyncDisposableStack()
  const port = await freePort()
  const issuer = options.issuer ?? `http://localhost:${port}`
  const dataDir = mkdtempSync(join(tmpdir(), 'signet-world-'))
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))

  const smtp = stack.use(await startSmtp())
  const settings = { SMTP_URL: smtp.url, ...options.settings }
  const input = inputOf({
    ...options,
    settings,
    issuer,
    port,
    dataDir,
    stores: await addresses(options),
  })
  const { app, web, transport } = await serve(input, stack)
  const residents = createResidents(app)
  const main = await app.tenants.ensureMain()
  const acme = await residents.addTenant('acme')
  const population = await populate(residents, app, { main, acme })
  const everything = stack.move()

  return {
    issuer,
    port,
    app,
    web,
    main,
    acme,
    ...population,
    clock: systemClock,
    async pass(seconds) {
      mock.timers.setTime(systemClock.now() + seconds * 1000)
      if (app.redis) await passInRedis(app.redis, seconds * 1000)
    },
    transport,
    mail: createPostOffice({ smtp, outbox: app.outbox, ...input }),
    async sibling() {
      const server = { ...input.config.server, port: await freePort() }
      return serve({ ...input, config: { ...input.config, server } }, everything)
    },
    browser: () => createBrowser(transport, issuer),
    client: (name) => population.clients[name],
    addClient: (name, other, tenant = main) => residents.addClient(tenant, name, other),
    relyingParty: (client) =>
      createRelyingParty(
        typeof client === 'string' ? population.clients[client] : client,
        transport,
      ),
    addAccount: (name, tenant = main) => residents.addAccount(tenant, name),
    addTenant: residents.addTenant,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  }
}

async function serve(input: AppInput, stack: AsyncDisposableStack) {
  const app = stack.use(await openApp(input))
  if (app.redis) await connectRedis(app.redis)
  await migrate(app.database)
  const web = await createWeb(input, app, [])
  const server = createServer({ ...input, config: input.config.server, handler: web.handler })
  const { port } = await server.listen()
  stack.defer(() => server.drain())
  const transport = stack.use(createTransport({ issuer: input.config.issuer, port }))
  return { app, web, transport }
}

function standStill(): void {
  try {
    mock.timers.enable({ apis: ['Date'], now: systemClock.now() })
  } catch {
    // it stands still already: another world of this process began
  }
}

type Addresses = { readonly databaseUrl?: string; readonly redisUrl?: string }

async function addresses({ stores = 'embedded' }: WorldOptions): Promise<Addresses> {
  if (stores === 'embedded') return {}
  const server = await sharedPostgres()
  if (!server) throw new Error('no PostgreSQL is installed')
  const databaseUrl = await createEmptyDatabase(server)
  return stores === 'postgres'
    ? { databaseUrl }
    : { databaseUrl, redisUrl: await reserveRedisDatabase() }
}

type InputOptions = Omit<WorldOptions, 'stores'> & {
  readonly issuer: string
  readonly port: number
  readonly dataDir: string
  readonly stores: Addresses
}

function inputOf(options: InputOptions): AppInput {
  const { config, secrets } = loadConfig({
    env: {
      NODE_ENV: 'test',
      ISSUER: options.issuer,
      PORT: String(options.port),
      SIGNET_SECRET: randomBytes(32).toString('base64url'),
      SIGNET_DATA_DIR: options.dataDir,
      DATABASE_URL: options.stores.databaseUrl,
      REDIS_URL: options.stores.redisUrl,
      TRUSTED_PROXIES: '127.0.0.1/32',
      OUTBOUND_ALLOW: '127.0.0.0/8,::1/128',
      ...options.settings,
    },
  })
  return {
    config,
    secrets,
    clock: systemClock,
    logger: options.logger ?? silentLogger,
    metrics: options.metrics ?? createMetrics({ version: 'test' }),
  }
}

type Residents = ReturnType<typeof createResidents>

function createResidents(app: App) {
  let count = 0

  /** The same APIs in every tenant. */
  async function addResources({ id: tenantId }: Tenant): Promise<void> {
    for (const [identifier, format] of [[api, 'jwt'] as const, [opaqueApi, 'opaque'] as const]) {
      await app.clients.putResource({
        tenantId,
        identifier,
        name: 'Demo API',
        scopes: ['read', 'write'],
        introspectors: [brandId<ClientId>('reader')],
        accessTokenFormat: format,
        accessTokenTtl: 600,
        minimumAcr: undefined,
      })
    }
  }

  return {
    addResources,

    async addTenant(slug: string): Promise<Tenant> {
      const made = await app.tenants.create({ slug, name: `Tenant ${slug}` })
      if (made.outcome !== 'created') throw new Error(`no tenant: ${JSON.stringify(made)}`)
      await addResources(made.tenant)
      return made.tenant
    },

    async addAccount(tenant: Tenant, name?: string): Promise<Person> {
      count += 1
      const email = `${name ?? `person${count}`}@example.test`
      const profile: Profile = { name: `${name ?? 'Person'} ${count}`, locale: 'en' }
      const made = await app.accounts.create({
        tenantId: tenant.id,
        email,
        emailVerified: true,
        profile,
        actor,
        groups: ['staff'],
      })
      if (made.outcome !== 'created') throw new Error(`no account: ${made.outcome}`)
      const { account } = made
      const set = await app.passwords.setPassword({ tenant, account, password, actor })
      if (set.outcome !== 'set') throw new Error(`no password: ${set.reason}`)
      return { account, email, password }
    },

    async addClient(tenant: Tenant, name: ClientName, other?: object): Promise<TestClient> {
      count += 1
      const template = worldClients[name]
      const metadata: Record<string, unknown> = {
        client_id: other === undefined ? name : `${name}-${count}`,
        ...template,
        ...other,
      }
      const isSigning =
        metadata['token_endpoint_auth_method'] === 'private_key_jwt' && !metadata['jwks_uri']
      const signs = isSigning ? await createClientKey() : undefined
      const made = await app.clients.create({
        tenantId: tenant.id,
        origin: 'cli',
        actor,
        metadata: signs ? { ...metadata, jwks: signs.jwks } : metadata,
      })
      if (made.outcome !== 'saved') throw new Error(`no client: ${JSON.stringify(made)}`)
      return {
        tenant,
        clientId: made.client.clientId,
        secret: made.secret,
        authMethod: made.client.metadata.token_endpoint_auth_method,
        redirectUri: made.client.metadata.redirect_uris[0] ?? '',
        key: signs?.key,
      }
    },
  }
}

type Tenants = { readonly main: Tenant; readonly acme: Tenant }

async function populate(residents: Residents, app: App, { main, acme }: Tenants) {
  await residents.addResources(main)
  const names = Object.keys(worldClients) as ClientName[] // the keys of the table above
  const made: [ClientName, TestClient][] = []
  for (const name of names) made.push([name, await residents.addClient(main, name)])
  const clients = Object.fromEntries(made) as Record<ClientName, TestClient> // one for each name

  const people = {
    ada: await residents.addAccount(main, 'ada'),
    grace: await residents.addAccount(main, 'grace'),
    mallory: await residents.addAccount(main, 'mallory'),
  }
  await app.accounts.setStatus(main.id, people.mallory.account.id, 'disabled', actor)
  return { clients, people, adaOfAcme: await residents.addAccount(acme, 'ada') }
}
