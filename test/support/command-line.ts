import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import type { CliDeps, ExitCode } from '#commands/commands.ts'
import { createCli } from '#commands/signet.ts'
import type { Config } from '#config/config.ts'
import { development } from '../../config/development.ts'
import { createTestServices, issuer, type TestServices } from './command-services.ts'

export type Ran = { readonly exitCode: ExitCode; readonly stdout: string; readonly stderr: string }

export type CommandLine = {
  readonly services: TestServices
  /** How often the services were opened and closed. */
  readonly counts: { opened: number; closed: number; served: number }
  /** Runs one command. `input` is what stands on standard input. */
  run(argv: readonly string[], input?: string): Promise<Ran>
  /** With `--json`; the document, of standard error when it failed. */
  json(argv: readonly string[], input?: string): Promise<{ exitCode: ExitCode; document: unknown }>
}

export const config: Config = {
  environment: 'development',
  issuer,
  server: {
    host: '127.0.0.1',
    port: 3000,
    management: { host: '127.0.0.1', port: 9000 },
    tls: undefined,
    trustedProxies: [],
    workers: 1,
    drain: 0,
  },
  storage: {
    dataDir: '/nowhere',
    databaseUrl: 'postgres://signet@db.example.test/signet',
    redisUrls: [],
    pool: development.tuning.pool,
  },
  mail: { smtpUrl: undefined, from: 'Signet <no-reply@localhost>' },
  log: { level: 'info', pretty: false },
  seed: undefined,
  password: development.tuning.password,
  outboundAllow: [],
  breachedPasswordsUrl: undefined,
  geoipFile: undefined,
  risk: { addressesFile: undefined, hookUrl: undefined },
  demo: development.tuning.demo,
}

/** A command line over services in memory; what it is made with can be replaced. */
export function createCommandLine(
  overrides: Partial<CliDeps> = {},
  services: TestServices = createTestServices(),
): CommandLine {
  const counts = { opened: 0, closed: 0, served: 0 }

  async function run(argv: readonly string[], input = ''): Promise<Ran> {
    const stdin = overrides.stdin ?? PassThrough.from([Buffer.from(input)])
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const cli = createCli({
      loadConfig: () => ({ config, secrets: { keys: [] } }),
      describeConfig: ({ issuer, log }) => `ISSUER     ${issuer}\nLOG_LEVEL  ${log.level}`,
      async openServices() {
        counts.opened += 1
        return {
          ...services,
          [Symbol.asyncDispose]: async () => void (counts.closed += 1),
        }
      },
      serve: async () => void (counts.served += 1),
      env: {},
      clock: services.clock,
      ...overrides,
      stdin,
      stdout,
      stderr,
    })
    const exitCode = await cli.run(argv)
    return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) }
  }

  return {
    services,
    counts,
    run,
    async json(argv, input) {
      const { exitCode, stdout, stderr } = await run([...argv, '--json'], input)
      return { exitCode, document: JSON.parse(exitCode === 0 ? stdout : stdout || stderr) }
    },
  }
}

/** With the tenant `main`, as after a first start. */
export async function withMain(
  commandLine: CommandLine = createCommandLine(),
): Promise<CommandLine> {
  await commandLine.services.tenants.ensureMain()
  return commandLine
}

export async function mainOf({ services }: CommandLine) {
  return services.tenants.ensureMain()
}

/** What a command that failed says with `--json`. */
export function errorOf(document: unknown): { code: string; message: string; details?: unknown } {
  assert.ok(typeof document === 'object' && document !== null && 'error' in document)
  return document.error as { code: string; message: string; details?: unknown }
}

function textOf(stream: PassThrough): string {
  const chunk: unknown = stream.read()
  return chunk instanceof Buffer ? chunk.toString('utf8') : ''
}
