import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import packageFile from '../package.json' with { type: 'json' }
import type { App, AppInput } from './app.ts'
import { bannerOf, readyFieldsOf } from './banner.ts'
import type { BannerFacts } from './banner.ts'
import { openCommandServices } from './command-services.ts'
import { serve } from './serve.ts'
import type { Role, Running } from './serve.ts'
import { createWorkers } from './workers.ts'
import type { LoadedConfig } from '#commands/commands.ts'
import { applySeed } from '#commands/seed/apply.ts'
import type { Generated } from '#commands/seed/seed.ts'
import { createCli } from '#commands/signet.ts'
import { describeConfig } from '#config/describe.ts'
import { loadConfig } from '#config/load.ts'
import { demoAccounts } from '#demo/demo.ts'
import type { DemoAccount } from '#interaction/step-page.ts'
import { systemClock } from '#kit/clock.ts'
import { loadBlocklist } from '#login/password/blocklist.ts'
import { createLogger } from '#telemetry/logger.ts'
import { createMetrics, createWorkerMetrics } from '#telemetry/metrics.ts'

const { version } = packageFile

/** The whole process: reads the command line, does what it says, and ends with its exit code. */
export async function runProcess(): Promise<void> {
  const cli = createCli({
    loadConfig,
    describeConfig,
    openServices: (config, secrets) =>
      openCommandServices(inputOf({ config, secrets }, 'everything')),
    serve: serveUntilStopped,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  })
  process.exit(await cli.run(process.argv.slice(2)))
}

/** Serves until a signal comes; resolves when everything is closed. */
async function serveUntilStopped(loaded: LoadedConfig): Promise<void> {
  const role = roleOf(loaded.config.server.workers)
  const input = inputOf(loaded, role)
  const seeded: Seeded = { demoAccounts: [], generated: [] }
  const running = await serve({
    ...input,
    role,
    seed: (app) => seed(app, loaded, seeded),
    workerMetrics: role === 'supervisor' ? createWorkerMetrics().render : undefined,
  })
  const workers =
    role === 'supervisor'
      ? createWorkers({ count: loaded.config.server.workers, logger: input.logger })
      : undefined
  const stopped = stopSignal(role)
  const isUp = await Promise.race([
    (workers?.start() ?? Promise.resolve()).then(() => true),
    stopped.then(() => false),
  ])
  if (isUp && role !== 'worker') announce(input, factsOf(loaded, running, seeded))
  await stopped
  await workers?.stop()
  await running.stop()
}

function roleOf(workers: number): Role {
  if (cluster.isWorker) return 'worker'
  return workers > 1 ? 'supervisor' : 'everything'
}

function inputOf({ config, secrets }: LoadedConfig, role: Role): AppInput {
  return {
    config,
    secrets,
    clock: systemClock,
    logger: createLogger(config.log),
    metrics: createMetrics({ version, isWorker: role === 'worker' }),
  }
}

type Seeded = { demoAccounts: readonly DemoAccount[]; generated: readonly Generated[] }

async function seed(
  app: App,
  { config }: LoadedConfig,
  seeded: Seeded,
): Promise<readonly DemoAccount[]> {
  if (config.seed === undefined) return []
  const file = { name: config.seed, text: await readFile(config.seed, 'utf8') }
  const report = await applySeed(file, {
    ...app,
    issuer: config.issuer,
    transactor: app.database,
    isCommonPassword: loadBlocklist(),
    actor: { kind: 'system' },
  })
  seeded.generated = report.generated
  seeded.demoAccounts = config.demo ? demoAccounts : []
  return seeded.demoAccounts
}

function factsOf({ config }: LoadedConfig, running: Running, seeded: Seeded): BannerFacts {
  return {
    config,
    version,
    port: running.port,
    managementPort: running.managementPort,
    demo: running.demo,
    demoAccounts: seeded.demoAccounts,
    generated: seeded.generated,
    readyAfter: performance.now(),
  }
}

/** For a person where one looks, for a program otherwise. */
function announce({ logger }: AppInput, facts: BannerFacts): void {
  if (!process.stdout.isTTY) {
    logger.info('ready', readyFieldsOf(facts))
    const count = facts.generated.length
    // no log is a place for them, and nobody else was told
    if (count > 0) logger.warn('secrets were drawn and shown to nobody: set them anew', { count })
    return
  }
  const color = process.env['NO_COLOR'] === undefined
  process.stdout.write(`${bannerOf(facts, { color })}\n`)
}

/**
 * Resolves at the first signal to stop. A later one means now. A worker hears of Ctrl+C from the terminal too, but takes
 * its orders from whoever supervises it.
 */
function stopSignal(role: Role): Promise<void> {
  return new Promise((resolve) => {
    let stopping: number | undefined
    function stop(): void {
      stopping ??= performance.now()
      if (role !== 'worker' && performance.now() - stopping > sameKeyPress) process.exit(130)
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', role === 'worker' ? () => undefined : stop)
    if (process.env['npm_lifecycle_event'] !== undefined) {
      onOrphaned(() => stopping === undefined && stop())
    }
  })
}

/** Milliseconds in which a second signal is the echo of the first: npm passes on what the terminal has sent already. */
const sameKeyPress = 500

/** npm hands SIGTERM to the shell between it and this process, and most shells die of it without telling anybody. */
function onOrphaned(act: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    act()
  }, 200)
  watch.unref()
}
