import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { development } from '../../config/development.ts'
import { production } from '../../config/production.ts'
import { test } from '../../config/test.ts'
import type { Config, Environment, Secrets } from './config.ts'
import { disagreements } from './agreement.ts'
import type { Defaults } from './defaults.ts'
import { readText, type ReadableFiles } from './files.ts'
import { ConfigInvalid } from './problem.ts'
import { productionProblems } from './production.ts'
import { parseSettings, type Settings } from './settings.ts'
import { readSources } from './sources.ts'

export type LoadOptions = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly files?: ConfigFiles
  /** Standard output is a terminal: log lines are made pretty. */
  readonly isTerminal?: boolean
}

export type ConfigFiles = ReadableFiles & {
  /** Creates the file, readable by its owner alone. Throws `EEXIST` when it exists. */
  create(path: string, content: string): void
}

export type LoadedConfig = { readonly config: Config; readonly secrets: Secrets }

const systemFiles: ConfigFiles = {
  read: (path) => readFileSync(path, 'utf8'),
  create(path, content) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
  },
}

const byEnvironment: Readonly<Record<Environment, Defaults>> = { development, production, test }

/** Environment over file over `config/`. Throws `ConfigInvalid` with every problem there is. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { env, files = systemFiles, isTerminal = false } = options
  const sources = readSources(env, files)
  const environment = sources.environment ?? 'development'
  const defaults = byEnvironment[environment]
  const values = { ...defaults.settings, ...sources.values }
  const parsed = parseSettings(values)

  const problems = [
    ...sources.problems,
    ...parsed.problems,
    ...disagreements(parsed.settings, sources.values, files),
    ...(environment === 'production' ? productionProblems(values, files) : []),
  ]
  if (!parsed.settings || problems.length > 0) throw new ConfigInvalid(problems)

  const { settings } = parsed
  const config = toConfig(settings, { environment, tuning: defaults.tuning, isTerminal })
  const keys = settings.SIGNET_SECRET ?? [ownSecret(config.storage.dataDir, files)]
  return { config: deepFreeze(config), secrets: { keys } }
}

type Decided = {
  readonly environment: Environment
  readonly tuning: Defaults['tuning']
  readonly isTerminal: boolean
}

function toConfig(settings: Settings, { environment, tuning, isTerminal }: Decided): Config {
  const { TLS_CERT: certFile, TLS_KEY: keyFile } = settings
  const scheme = certFile === undefined ? 'http' : 'https'
  const issuer = settings.ISSUER ?? `${scheme}://localhost:${String(settings.PORT)}`
  return {
    environment,
    issuer,
    server: {
      host: settings.HOST,
      port: settings.PORT,
      management: settings.MANAGEMENT_PORT,
      tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined,
      trustedProxies: settings.TRUSTED_PROXIES ?? [],
      workers: settings.WORKERS,
      drain: tuning.drain,
    },
    storage: {
      dataDir: resolve(settings.SIGNET_DATA_DIR),
      databaseUrl: settings.DATABASE_URL,
      redisUrls: settings.REDIS_URL ?? [],
      pool: tuning.pool,
    },
    mail: {
      smtpUrl: settings.SMTP_URL,
      from: settings.MAIL_FROM ?? `Signet <no-reply@${new URL(issuer).hostname}>`,
    },
    log: { level: settings.LOG_LEVEL, pretty: isTerminal },
    seed: settings.SIGNET_SEED,
    password: tuning.password,
    outboundAllow: settings.OUTBOUND_ALLOW ?? [],
    breachedPasswordsUrl: settings.BREACHED_PASSWORDS_URL,
    geoipFile: settings.GEOIP_FILE,
    risk: { addressesFile: settings.RISK_ADDRESSES_FILE, hookUrl: settings.RISK_HOOK_URL },
    demo: tuning.demo,
  }
}

/** A laptop keeps its secret in the data directory; whoever creates the file first decides it. */
function ownSecret(dataDir: string, files: ConfigFiles): Uint8Array {
  const path = join(dataDir, 'secret')
  try {
    files.create(path, `${randomBytes(32).toString('base64url')}\n`)
  } catch (error) {
    if (readText(files, path) === undefined) throw unusableSecret(path, error)
  }
  const bytes = Buffer.from(files.read(path).trim(), 'base64url')
  if (bytes.length < 32) throw unusableSecret(path)
  return bytes
}

function unusableSecret(path: string, cause?: unknown): ConfigInvalid {
  const problem = {
    setting: 'SIGNET_SECRET',
    problem: `is not set, and ${path} is neither a usable secret nor can it be written`,
    fix: 'Make the directory writable, restore the file, or set SIGNET_SECRET.',
  }
  return new ConfigInvalid([problem], cause)
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) deepFreeze(part)
  return Object.freeze(value)
}
