import type { Command } from 'commander'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CliDeps, LoadedConfig } from './commands.ts'
import { checkConnections } from './doctor/connections.ts'
import { checkIssuer, checkProxies } from './doctor/issuer.ts'
import { fail, ok, reasonOf, warn, type Finding } from './doctor/finding.ts'
import { checkKeys, checkMail } from './doctor/service.ts'
import { checkDatabase, checkDataDirectory, checkMigrations, checkRedis } from './doctor/storage.ts'
import { failureOf } from './failure.ts'
import type { Outcome, Runner } from './runner.ts'

export function addDoctorCommand(program: Command, runner: Runner, deps: CliDeps): void {
  program
    .command('doctor')
    .description('look at everything the server stands on, and say what to change')
    .action(() =>
      runner.run(async () => {
        const findings = await examine(runner, deps)
        return outcomeOf(findings)
      }),
    )
}

async function examine(runner: Runner, deps: CliDeps): Promise<readonly Finding[]> {
  let loaded: LoadedConfig
  try {
    loaded = runner.loadConfig()
  } catch (error) {
    return configFindings(error)
  }
  const { config } = loaded
  const issuer = await checkIssuer(config.issuer, { fetch: deps.fetch ?? fetch })
  const isRunning = issuer.every(({ status }) => status === 'ok')
  return [
    ok('configuration', `valid for ${config.environment}`),
    ...issuer,
    checkProxies(config),
    ...(await checkDataDirectory(config, tryWriting)),
    ...(await examineServices(loaded, { runner, deps, isRunning })),
  ]
}

function configFindings(error: unknown): readonly Finding[] {
  const { code, details } = failureOf(error)
  if (code !== 'config.invalid' || !Array.isArray(details)) throw error
  const problems = details as readonly { setting: string; problem: string; fix: string }[] // of ConfigInvalid
  return problems.map(({ setting, problem, fix }) =>
    fail('configuration', `${setting} ${problem}`, fix),
  )
}

async function examineServices(
  { config, secrets }: LoadedConfig,
  context: { readonly runner: Runner; readonly deps: CliDeps; readonly isRunning: boolean },
): Promise<readonly Finding[]> {
  const { runner, deps, isRunning } = context
  try {
    await using services = await deps.openServices(config, secrets)
    const migrations = await checkMigrations(services)
    const isMigrated = migrations.every(({ status }) => status === 'ok')
    return [
      ...(await checkDatabase(services, runner.clock)),
      ...migrations,
      ...(await checkRedis(services)),
      ...(await checkMail(services)),
      ...(isMigrated ? await checkKeys(services) : []),
      ...(isMigrated ? await checkConnections(services) : []),
    ]
  } catch (error) {
    return [unopened(error, isRunning)]
  }
}

/** The embedded database has room for one process: a server that answers is a good reason not to get in. */
function unopened(error: unknown, isRunning: boolean): Finding {
  const isLocked = failureOf(error).code === 'storage.data_folder_refused'
  const fix = 'Stop the server to look at the rest, or set DATABASE_URL.'
  return isLocked && isRunning
    ? warn('database', 'the embedded database belongs to the running server: not looked at', fix)
    : fail('database', reasonOfRefusal(error), 'Check DATABASE_URL, REDIS_URL and SIGNET_DATA_DIR.')
}

/** What was written for the operator goes before what caused it. */
function reasonOfRefusal(error: unknown): string {
  const { code, message } = failureOf(error)
  return code === 'commands.bug' ? reasonOf(error) : message
}

async function tryWriting(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await rm(await mkdtemp(join(directory, '.doctor-')), { recursive: true })
}

function outcomeOf(findings: readonly Finding[]): Outcome {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, status, message, fix }) => [
    `${status.padEnd(4)}  ${check.padEnd(width)}  ${message}`,
    ...(fix === undefined ? [] : [`${' '.repeat(width + 8)}${fix}`]),
  ])
  const isHealthy = findings.every(({ status }) => status !== 'fail')
  return {
    json: { healthy: isHealthy, checks: findings },
    text: lines.join('\n'),
    exitCode: isHealthy ? 0 : 1,
  }
}
