import { setTimeout as wait } from 'node:timers/promises'
import { createWeb, openApp } from './app.ts'
import type { App, AppInput } from './app.ts'
import { startDemo } from '#demo/start.ts'
import { createManagement } from '#http/management.ts'
import type { ManagementServer } from '#http/management.ts'
import type { ReadinessCheck } from '#http/http.ts'
import { createServer } from '#http/server.ts'
import type { DemoAccount } from '#interaction/step-page.ts'
import { createRepeating } from '#kit/repeat.ts'
import type { Repeating } from '#kit/repeat.ts'
import { createDelivery } from '#mail/delivery.ts'
import { createSmtpTransport } from '#mail/smtp.ts'
import type { LogoutDelivery } from '#oidc/backchannel-logout.ts'
import { createExpiryJob } from '#storage/expiry.ts'
import { migrate } from '#storage/migrate.ts'
import { connectRedis, pingRedis } from '#storage/redis.ts'

/** A serving process, until it is told to stop. */
export type Running = {
  readonly port: number
  readonly managementPort: number | undefined
  readonly demo: string | undefined
  readonly app: App
  /** Stops taking requests, lets those in flight end, stops the jobs and closes the stores (R10). */
  stop(): Promise<void>
}

/**
 * What a process is for. One process does everything; with workers, the first prepares, keeps the jobs and the management
 * port, and the others only serve.
 */
export type Role = 'everything' | 'supervisor' | 'worker'

export type ServeInput = AppInput & {
  readonly role: Role
  /** Applies the seed once the tables are there; gives the accounts the demo may fill in. */
  readonly seed: (app: App) => Promise<readonly DemoAccount[]>
  /** Numbers of all workers, where this process does not serve itself. */
  readonly workerMetrics?: AppInput['metrics']['render'] | undefined
}

/** Migrates, seeds, listens, and begins the work that runs by itself. What fails here leaves nothing open. */
export async function serve(input: ServeInput): Promise<Running> {
  const app = await openApp(input)
  try {
    if (app.redis) await connectRedis(app.redis)
    const demo = input.role === 'worker' ? [] : await prepare(input, app)
    return await run(input, app, demo)
  } catch (error) {
    await app[Symbol.asyncDispose]()
    throw error
  }
}

async function prepare(input: ServeInput, app: App): Promise<readonly DemoAccount[]> {
  const applied = await migrate(app.database)
  if (applied.length > 0) {
    input.logger.info('migrations were applied', { count: applied.length })
  }
  const main = await app.tenants.ensureMain()
  await app.keys.keySet(main.id)
  return input.seed(app)
}

async function run(input: ServeInput, app: App, demo: readonly DemoAccount[]): Promise<Running> {
  const { config, logger, role } = input
  const web = await createWeb(input, app, demo)
  const main = await app.tenants.ensureMain()
  await web.registry.engineOf(main)

  const server = createServer({ config: config.server, handler: web.handler, logger })
  const port = role === 'supervisor' ? config.server.port : (await server.listen()).port
  const management = role === 'worker' ? undefined : createManagementServer(input, app)
  const managed = await management?.listen()
  const jobs = role === 'worker' ? [] : createJobs(input, app, web.logoutDelivery)
  for (const job of jobs) job.start()
  const demoApp =
    config.demo && role === 'everything'
      ? await startDemo(config.demo, { ...input, ...web, keys: app.keyring })
      : undefined

  return {
    port,
    managementPort: managed?.port,
    demo: demoApp?.origin,
    app,
    async stop() {
      management?.setDraining()
      if (config.environment === 'production') await wait(lameDuck)
      await Promise.all([role === 'supervisor' ? undefined : server.drain(), demoApp?.close()])
      await Promise.all(jobs.map((job) => job.stop()))
      await management?.close()
      await app[Symbol.asyncDispose]()
    },
  }
}

/** Milliseconds a balancer gets to see that we are not ready before we stop accepting (R10). */
const lameDuck = 5000

function createManagementServer(input: ServeInput, app: App): ManagementServer {
  const { redis, database } = app
  const checks: Record<string, ReadinessCheck> = { database: () => database.ping(2000) }
  if (redis) checks['redis'] = () => pingRedis(redis, 2000)
  return createManagement({
    config: input.config.server.management,
    checks,
    metrics: { render: input.workerMetrics ?? input.metrics.render },
    logger: input.logger,
  })
}

type Job = Pick<Repeating, 'start' | 'stop'>

function createJobs(input: ServeInput, app: App, logoutDelivery: LogoutDelivery): readonly Job[] {
  const { clock, config, logger, metrics } = input
  const { smtpUrl: url, from } = config.mail
  const transport = url === undefined ? undefined : createSmtpTransport({ url, from })
  return [
    createDelivery({ outbox: app.outbox, transport, clock, logger, metrics }),
    createExpiryJob({
      removers: { ...app.removers, departures: app.departures.eraseLeft },
      clock,
      logger,
    }),
    createRepeating({
      work: () => app.domainProofs.recheck(),
      pause: 600_000,
      onError: (err) => logger.warn('domains could not be looked at', { err }),
    }),
    createRepeating({
      work: () => app.endEnforced(),
      pause: 300_000,
      onError: (err) => logger.warn('sessions of before could not be ended', { err }),
    }),
    createRepeating({
      work: () => app.watchCertificates(),
      pause: 3600_000,
      onError: (err) => logger.warn('certificates could not be looked at', { err }),
    }),
    createRepeating({
      work: () => logoutDelivery.runOnce(),
      pause: 2000,
      onError: (err) => logger.warn('logout notices could not be delivered', { err }),
    }),
  ]
}
