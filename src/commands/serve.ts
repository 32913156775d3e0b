import type { Command } from 'commander'
import { nearestName } from '#kit/nearest-name.ts'
import type { CliDeps } from './commands.ts'
import type { Runner } from './runner.ts'

/** The default command, so whatever is no command arrives here as an argument. */
export function addServeCommand(program: Command, runner: Runner, { serve }: CliDeps): void {
  program
    .command('serve', { isDefault: true })
    .description('run the server until it is told to stop (default)')
    .allowExcessArguments(true)
    .action(async (_options: unknown, command: Command) => {
      const [unknown] = command.args
      if (unknown !== undefined) refuseCommand(unknown, program)
      await serve(runner.loadConfig())
    })
}

function refuseCommand(name: string, program: Command): never {
  const known = program.commands.map((command) => command.name())
  const nearest = nearestName(name, known)
  const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return program.error(`unknown command '${name}'${advice}`)
}
