import type { Command } from 'commander'
import type { CliDeps, Migrations } from './commands.ts'
import type { Outcome, Runner } from './runner.ts'

export function addMigrateCommand(program: Command, runner: Runner, deps: CliDeps): void {
  program
    .command('migrate')
    .description('bring the database up to date; the server does the same when it starts')
    .option('--check', 'change nothing; exit with 1 when something is missing')
    .action((options: { check?: boolean }) =>
      runner.run(async () => {
        const { config, secrets } = runner.loadConfig()
        await using services = await deps.openServices(config, secrets)
        return await (options.check ? check(services.migrations) : apply(services.migrations))
      }),
    )
}

async function check(migrations: Migrations): Promise<Outcome> {
  const pending = await migrations.pending()
  if (pending.length === 0) return { json: { pending }, text: 'The database is up to date.' }
  const text = ['Not applied yet:', ...pending.map((name) => `  ${name}`)].join('\n')
  return { json: { pending }, text, exitCode: 1 }
}

async function apply(migrations: Migrations): Promise<Outcome> {
  const applied = await migrations.apply()
  if (applied.length === 0) return { json: { applied }, text: 'The database was up to date.' }
  const text = ['Applied:', ...applied.map((name) => `  ${name}`)].join('\n')
  return { json: { applied }, text }
}
