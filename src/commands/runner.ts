import type { Command } from 'commander'
import type { Config } from '#config/config.ts'
import { systemClock, type Clock } from '#kit/clock.ts'
import { nearestName } from '#kit/nearest-name.ts'
import type { Tenant } from '#tenant/tenant.ts'
import type { CliDeps, ExitCode, LoadedConfig, Services } from './commands.ts'
import { refusal } from './failure.ts'
import { createSecretInput, type SecretInput } from './secret-input.ts'

/** What a command has to say when it is done. */
export type Outcome = {
  /** With `--json`: the one document on standard output. */
  readonly json: unknown
  /** Without. */
  readonly text: string
  /** Remarks, on standard error either way. */
  readonly notes?: readonly string[]
  readonly exitCode?: ExitCode
}

export type WithServices = { readonly services: Services; readonly config: Config }
export type InTenant = WithServices & { readonly tenant: Tenant }

/** What every command is made with. */
export type Runner = {
  readonly clock: Clock
  readonly input: SecretInput
  readonly loadConfig: () => LoadedConfig
  /** Does the work and prints its outcome. */
  readonly run: (work: () => Promise<Outcome>) => Promise<void>
  /** With the services open, on a database that is up to date. */
  readonly withServices: (work: (context: WithServices) => Promise<Outcome>) => Promise<void>
  /** As well, in the tenant of `--tenant`. */
  readonly inTenant: (work: (context: InTenant) => Promise<Outcome>) => Promise<void>
}

export function createRunner(
  deps: CliDeps,
  program: Command,
  end: (exitCode: ExitCode) => void,
): Runner {
  const { env, stdout, stderr } = deps
  const clock = deps.clock ?? systemClock
  const options = () => program.opts<{ json?: boolean; tenant: string }>()

  function loadConfig(): LoadedConfig {
    return deps.loadConfig({ env, isTerminal: stdout.isTTY === true })
  }

  async function run(work: () => Promise<Outcome>): Promise<void> {
    const { json, text, notes = [], exitCode = 0 } = await work()
    for (const note of notes) stderr.write(`note: ${note}\n`)
    stdout.write(`${options().json ? JSON.stringify(json, undefined, 2) : text}\n`)
    end(exitCode)
  }

  const withServices: Runner['withServices'] = (work) =>
    run(async () => {
      const { config, secrets } = loadConfig()
      await using services = await deps.openServices(config, secrets)
      const pending = await services.migrations.pending()
      if (pending.length > 0) throw notMigrated(pending)
      return await work({ services, config }) // awaited here: the services close when this returns
    })

  return {
    clock,
    input: createSecretInput(deps),
    loadConfig,
    run,
    withServices,
    inTenant: (work) =>
      withServices(async ({ services, config }) => {
        const tenant = await tenantNamed(options().tenant, services)
        return work({ services, config, tenant })
      }),
  }
}

/** For options that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function notMigrated(pending: readonly string[]) {
  return refusal(
    'commands.migrations_pending',
    'The database is not up to date. Run `signet migrate` first.',
    pending,
  )
}

async function tenantNamed(slug: string, { tenants }: Services): Promise<Tenant> {
  const tenant = await tenants.findBySlug(slug)
  if (tenant) return tenant
  const slugs = (await tenants.list()).map((known) => known.slug)
  if (slugs.length === 0) {
    const message = 'There is no tenant yet. Start the server once, or use `signet tenant create`.'
    throw refusal('tenant.unknown', message)
  }
  const nearest = nearestName(slug, slugs)
  const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`
  throw refusal('tenant.unknown', `There is no tenant ${slug}.${advice}`)
}
