/**
 * What an operator decides. Read once from the environment, an optional JSON file and `config/`; checked whole; frozen.
 * A room receives its section, never the whole, never the environment.
 */
export type Environment = 'development' | 'production' | 'test'

export type Config = {
  readonly environment: Environment
  /** Issuer of the main tenant, byte for byte; no trailing slash. */
  readonly issuer: string
  readonly server: ServerConfig
  readonly storage: StorageConfig
  readonly mail: MailConfig
  readonly log: { readonly level: string; readonly pretty: boolean }
  /** Path of the declarative file applied at start. */
  readonly seed: string | undefined
  readonly password: PasswordConfig
  /** CIDRs exempt from the outbound address guard (Q85). */
  readonly outboundAllow: readonly string[]
  /** Range API of a breached-password service; undefined: nobody is asked. */
  readonly breachedPasswordsUrl: string | undefined
  /** Path of a MaxMind-format file: where addresses are. */
  readonly geoipFile: string | undefined
  readonly risk: {
    /** Path of a list of networks to doubt. */
    readonly addressesFile: string | undefined
    /** Asked for its judgement of a sign-in; undefined: ours stands. */
    readonly hookUrl: string | undefined
  }
  /** Serve the demo app, the identity providers of the demo data and `/dev/mail`. Undefined in production, always. */
  readonly demo: DemoConfig | undefined
}

/** Ports on 127.0.0.1, as the demo data names them. */
export type DemoConfig = { readonly application: number; readonly identityProvider: number }

export type ServerConfig = {
  readonly host: string
  readonly port: number
  readonly management: { readonly host: string; readonly port: number }
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
  /** CIDRs whose `X-Forwarded-*` are believed (F5). */
  readonly trustedProxies: readonly string[]
  readonly workers: number
  /** Milliseconds a stopping server waits for requests in flight. */
  readonly drain: number
}

export type StorageConfig = {
  readonly dataDir: string
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Empty: process memory (one process) or Postgres. More than one: a cluster. */
  readonly redisUrls: readonly string[]
  /** Connections of the administrative pool and of each kind of pipelined connection. */
  readonly pool: { readonly max: number; readonly durable: number; readonly relaxed: number }
}

export type MailConfig = {
  /** Undefined: kept in the database and shown at `/dev/mail`. */
  readonly smtpUrl: string | undefined
  readonly from: string
}

/** argon2id (Q30). */
export type PasswordConfig = {
  /** KiB. */
  readonly memory: number
  readonly time: number
  readonly parallelism: number
  /** Hashes computed at once, and how many may wait. */
  readonly width: number
  readonly queue: number
}

/** Kept apart from the configuration, so that the rest can be printed. */
export type Secrets = {
  /** Current first; the rest still open what they sealed. At least 32 bytes each. */
  readonly keys: readonly Uint8Array[]
}
