import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { addCheckConfigCommand } from './check-config.ts'
import { addClientCommands } from './client.ts'
import { addConnectionCommands } from './connection.ts'
import type { Cli, CliDeps, ExitCode } from './commands.ts'
import { addDoctorCommand } from './doctor.ts'
import { describeFailure, failureOf } from './failure.ts'
import { addInviteCommands } from './invite.ts'
import { addKeyCommands } from './key.ts'
import { addMigrateCommand } from './migrate.ts'
import { createRunner } from './runner.ts'
import { addSeedCommands } from './seed-file.ts'
import { addServeCommand } from './serve.ts'
import { addSessionCommands } from './session.ts'
import { addTenantCommands } from './tenant.ts'
import { addUserCommands } from './user.ts'

const help = `
Passwords are read from standard input, or asked for on a terminal: never an argument.
Settings come from the environment; config/example.env lists them, \`signet check-config\` prints what is in force.

Exit codes:
  0  done
  1  refused or failed; with --json, standard error holds {"error":{"code","message","details"}}
  2  the command was not understood`

/** The `signet` command. */
export function createCli(deps: CliDeps): Cli {
  for (const output of [deps.stdout, deps.stderr]) output.on('error', ignoreClosedPipe)
  return {
    async run(argv) {
      const isJson = argv.includes('--json')
      let exitCode: ExitCode = 0
      const program = createProgram(deps, (code) => void (exitCode = code))
      try {
        await program.parseAsync([...argv], { from: 'user' })
        return exitCode
      } catch (error) {
        return fail(error, deps, isJson)
      }
    },
  }
}

function createProgram(deps: CliDeps, end: (exitCode: ExitCode) => void): Command {
  const { stdout, stderr } = deps
  const program = new Command('signet')
    .description('A self-hosted OAuth 2.0 / OpenID Connect identity provider.')
    .version(version())
    .option('--json', 'one JSON document on standard output')
    .option('--tenant <slug>', 'the tenant to work in', 'main')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => undefined, // `fail` prints it
    })
    .exitOverride()
    .addHelpText('after', help)

  const runner = createRunner(deps, program, end)
  addServeCommand(program, runner, deps)
  addMigrateCommand(program, runner, deps)
  addCheckConfigCommand(program, runner, deps)
  addDoctorCommand(program, runner, deps)
  addSeedCommands(program, runner)
  addTenantCommands(program, runner)
  addUserCommands(program, runner)
  addSessionCommands(program, runner)
  addInviteCommands(program, runner)
  addClientCommands(program, runner)
  addConnectionCommands(program, runner)
  addKeyCommands(program, runner)
  return program
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  return z.object({ version: z.string() }).parse(manifest).version
}

function fail(error: unknown, { stderr }: CliDeps, isJson: boolean): ExitCode {
  if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? 0 : 2
  const failure = failureOf(error)
  const { code, message, details, exitCode } = failure
  const document = JSON.stringify({ error: { code, message, details } }, undefined, 2)
  stderr.write(`${isJson ? document : describeFailure(failure)}\n`)
  return exitCode
}

/** Whoever reads may have enough: `signet seed export | head`. */
function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
}

/** It was printed already. */
function isHelp({ code }: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(code)
}
