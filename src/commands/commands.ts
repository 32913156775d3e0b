import type { Readable, Writable } from 'node:stream'
import type { Accounts } from '#account/account.ts'
import type { Audit } from '#audit/audit.ts'
import type { Clients } from '#client/client.ts'
import type { Config, Secrets } from '#config/config.ts'
import type {
  ConnectionAdministration,
  ConnectionHealth,
} from '#federation/connection/connection.ts'
import type { DomainProofs } from '#federation/connection/domain/domain.ts'
import type { Keys } from '#key/key.ts'
import type { Clock } from '#kit/clock.ts'
import type { FactorResets } from '#login/factor-reset/factor-reset.ts'
import type { Passwords } from '#login/password/password.ts'
import type { Invitations } from '#login/registration/registration.ts'
import type { RegistrationTokens } from '#oidc/oidc.ts'
import type { Sessions } from '#session/session.ts'
import type { Transactor } from '#storage/storage.ts'
import type { Tenants } from '#tenant/tenant.ts'

/** The `signet` command line. The composition is injected: commands know services, never how they are built. */
export type CliDeps = {
  /** Throws an error with `problems` (`ConfigInvalid`) when there is something to fix. */
  readonly loadConfig: (options: {
    readonly env: Environment
    readonly isTerminal: boolean
  }) => LoadedConfig
  /** The configuration as it may be printed: one setting a line, no secret. */
  readonly describeConfig: (config: Config) => string
  /** Builds what the commands use; migrates nothing, and waits for no server to answer. */
  readonly openServices: (config: Config, secrets: Secrets) => Promise<Services & AsyncDisposable>
  /** Runs the server until it was told to stop. */
  readonly serve: (loaded: LoadedConfig) => Promise<void>
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable
  readonly env: Environment
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** What `doctor` asks the issuer with. Default: the global one. */
  readonly fetch?: typeof fetch | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

export type LoadedConfig = { readonly config: Config; readonly secrets: Secrets }

export type Cli = {
  /** `argv` without the program: `['user', 'list']`. Resolves to the exit code; prints every failure itself. */
  run(argv: readonly string[]): Promise<ExitCode>
}

/** 0: done. 1: refused or failed. 2: the command was not understood. */
export type ExitCode = 0 | 1 | 2

/** What the commands work with. */
export type Services = {
  readonly tenants: Tenants
  readonly clients: Clients
  readonly connections: ConnectionAdministration
  readonly connectionHealth: ConnectionHealth
  readonly domainProofs: Pick<DomainProofs, 'check'>
  readonly accounts: Accounts
  readonly passwords: Pick<Passwords, 'setPassword' | 'importHash' | 'liftLimits'>
  readonly factorResets: FactorResets
  readonly sessions: Pick<Sessions, 'list' | 'end' | 'endAll'>
  readonly invitations: Invitations
  readonly keys: Keys
  readonly registrationTokens: RegistrationTokens
  readonly audit: Audit
  readonly transactor: Transactor
  /** See `loadBlocklist` of the password room. */
  readonly isCommonPassword: (password: string) => boolean
  readonly migrations: Migrations
  readonly probes: Probes
}

export type Migrations = {
  /** Names of those not applied yet, oldest first. */
  pending(): Promise<readonly string[]>
  /** Applies them; the names of those applied. */
  apply(): Promise<readonly string[]>
}

/** What `doctor` looks at. Each rejects when it is not to be reached. */
export type Probes = {
  /** `SHOW server_version_num`, such as 150004, and the database's clock in epoch milliseconds. */
  database(): Promise<{ readonly version: number; readonly now: number }>
  /** Undefined when none is configured. */
  readonly redis:
    | (() => Promise<{
        readonly version: string
        /** Undefined where the server does not tell (managed ones often refuse CONFIG and hide it). */
        readonly maxmemoryPolicy: string | undefined
      }>)
    | undefined
  /** Undefined when no mail server is configured. */
  readonly mail: (() => Promise<void>) | undefined
}
