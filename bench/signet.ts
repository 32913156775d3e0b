import { createWeb, openApp } from '#app.ts'
import type { App } from '#app.ts'
import { loadConfig } from '#config/load.ts'
import { createServer } from '#http/server.ts'
import { systemClock } from '#kit/clock.ts'
import { createGate } from '#kit/gate.ts'
import { createPasswordHasher } from '#login/password/argon2.ts'
import { migrate } from '#storage/migrate.ts'
import { connectRedis } from '#storage/redis.ts'
import { createLogger } from '#telemetry/logger.ts'
import { createMetrics } from '#telemetry/metrics.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { defaults } from '../config/default.ts'
import {
  api,
  clientMetadata,
  crowdMember,
  password,
  person,
  type Subject,
  webClient,
} from './subject.ts'

export type SignetOptions = {
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  /** Passwords are hashed as cheaply as argon2 allows: to measure ten thousand logins and not ten thousand hashes. */
  readonly cheapHashing?: boolean
  /** Who asks is told in `X-Forwarded-For`: ten thousand people do not sit behind one address. */
  readonly behindProxy?: boolean
  /** People beside the one; see `crowdMember`. */
  readonly crowd?: number
  /** Anybody may register, and sign in with a code by mail. */
  readonly isOpen?: boolean
  /** Not confined to the core of the servers under test. */
  readonly onAllCores?: boolean
}

/** Signet as it serves, with its logs and its numbers, on the stores it is told. */
export async function startSignet(options: SignetOptions): Promise<Subject> {
  const { port, dataDir, databaseUrl, redisUrl } = options
  const loaded = loadConfig({
    env: {
      NODE_ENV: 'test', // free ports, no demo
      LOG_LEVEL: 'info',
      PORT: `${port}`,
      SIGNET_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TRUSTED_PROXIES: options.behindProxy ? '127.0.0.1/32' : undefined,
    },
  })
  const { secrets } = loaded
  const hashing = options.cheapHashing ? loaded.config.password : defaults.tuning.password
  const config = { ...loaded.config, password: hashing }
  const logger = createLogger(config.log)
  const metrics = createMetrics({ version: 'bench' })
  const input = { config, secrets, clock: systemClock, logger, metrics }

  const app = await openApp(input)
  if (app.redis) await connectRedis(app.redis)
  await migrate(app.database)
  const tenant = await prepareTenant(app, options)
  const accountId = await populate(app, tenant)
  const hasher = createPasswordHasher({
    config: config.password,
    gate: createGate({
      name: 'bench',
      width: config.password.width,
      queue: Infinity,
      patience: 600_000,
    }),
    clock: systemClock,
  })
  await gather(app, { tenant, hash: await hasher.hash(password), count: options.crowd ?? 0 })
  const web = await createWeb(input, app, [])
  const engine = await web.registry.engineOf(tenant)
  const server = createServer({ config: config.server, handler: web.handler, logger })
  await server.listen()
  return {
    port,
    provider: engine.provider,
    accountId,
    async hash(count) {
      const begin = performance.now()
      await Promise.all(Array.from({ length: count }, () => hasher.verify(hasher.dummy, password)))
      return (performance.now() - begin) / 1000
    },
    async close() {
      await server.drain()
      await app[Symbol.asyncDispose]()
    },
  }
}

async function prepareTenant({ tenants }: App, { isOpen }: SignetOptions): Promise<Tenant> {
  const tenant = await tenants.ensureMain()
  if (!isOpen) return tenant
  const settings = { ...tenant.settings, registration: 'open', email_code: 'offered' } as const
  await tenants.update({ ...tenant, settings })
  return (await tenants.findById(tenant.id)) ?? tenant
}

/** They share one hash, which is made once: nobody waits for two hundred. */
async function gather(
  app: App,
  {
    tenant,
    hash,
    count,
  }: { readonly tenant: Tenant; readonly hash: string; readonly count: number },
): Promise<void> {
  const actor = { kind: 'system' } as const
  for (let index = 0; index < count; index += 1) {
    const email = crowdMember(index)
    const facts = { tenantId: tenant.id, email, emailVerified: true, profile: {}, actor }
    const made = await app.accounts.create(facts)
    if (made.outcome !== 'created') throw new Error(made.outcome)
    await app.passwords.importHash({ tenant, account: made.account, hash, actor })
  }
}

async function populate(app: App, tenant: Tenant): Promise<string> {
  const tenantId = tenant.id
  await app.clients.putResource({
    tenantId,
    ...api,
    name: 'Bench API',
    introspectors: [],
    accessTokenFormat: 'jwt',
    accessTokenTtl: 600,
    minimumAcr: undefined,
  })
  for (const metadata of clientMetadata) {
    const ours =
      metadata.client_id === webClient.id
        ? { first_party: true }
        : { resources: { [api.identifier]: api.scopes } }
    const made = await app.clients.create({
      tenantId,
      origin: 'seed',
      metadata: { ...metadata, ...ours },
    })
    if (made.outcome !== 'saved') throw new Error(JSON.stringify(made))
  }
  const actor = { kind: 'system' } as const
  const made = await app.accounts.create({
    tenantId,
    email: person.email,
    emailVerified: true,
    profile: { name: person.name },
    actor,
  })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  await app.passwords.setPassword({ tenant, account: made.account, password, actor })
  return made.account.id
}
