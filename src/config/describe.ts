import type { Config } from './config.ts'

/** The configuration as `signet check-config` prints it: every decision, no password, no key. */
export function describeConfig(config: Config): string {
  const rows = Object.entries(described(config))
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function described(config: Config): Readonly<Record<string, string>> {
  const { server, storage, mail } = config
  return {
    NODE_ENV: config.environment,
    ISSUER: config.issuer,
    PORT: String(server.port),
    HOST: server.host,
    TLS_CERT: server.tls?.certFile ?? 'none: plain http',
    TLS_KEY: server.tls?.keyFile ?? 'none: plain http',
    DATABASE_URL: storage.databaseUrl
      ? maskPassword(storage.databaseUrl)
      : `none: embedded in ${storage.dataDir}`,
    REDIS_URL: list(
      storage.redisUrls.map(maskPassword),
      storage.databaseUrl === undefined ? 'none: process memory' : 'none: Postgres keeps it all',
    ),
    SIGNET_DATA_DIR: storage.dataDir,
    SIGNET_SECRET: 'set, not shown',
    SIGNET_SEED: config.seed ?? 'none',
    SMTP_URL: masked(mail.smtpUrl, 'none: mail is kept in the database'),
    MAIL_FROM: mail.from,
    TRUSTED_PROXIES: list(server.trustedProxies, 'none'),
    MANAGEMENT_PORT: `${server.management.host}:${String(server.management.port)}`,
    OUTBOUND_ALLOW: list(config.outboundAllow, 'none'),
    BREACHED_PASSWORDS_URL: config.breachedPasswordsUrl ?? 'none: the bundled list alone',
    GEOIP_FILE: config.geoipFile ?? 'none: sessions show no place',
    RISK_ADDRESSES_FILE: config.risk.addressesFile ?? 'none',
    RISK_HOOK_URL: masked(config.risk.hookUrl, 'none: our own judgement'),
    WORKERS: String(server.workers),
    LOG_LEVEL: config.log.level,
  }
}

function list(values: readonly string[], none: string): string {
  return values.length > 0 ? values.join(', ') : none
}

function masked(address: string | undefined, none: string): string {
  return address === undefined ? none : maskPassword(address)
}

/** The address without its password, and without its query, where libpq accepts one too. */
export function maskPassword(address: string): string {
  const url = URL.parse(address)
  if (!url) return '(not an address)'
  if (url.password) url.password = '***'
  url.search = ''
  return url.href
}
