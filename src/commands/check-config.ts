import type { Command } from 'commander'
import type { CliDeps } from './commands.ts'
import type { Runner } from './runner.ts'

export function addCheckConfigCommand(program: Command, runner: Runner, deps: CliDeps): void {
  program
    .command('check-config')
    .description('check the configuration and print what is in force, without secrets')
    .action(() =>
      runner.run(async () => {
        const text = deps.describeConfig(runner.loadConfig().config)
        return { json: settingsIn(text), text }
      }),
    )
}

/** One setting a line: its name, spaces, its value. */
function settingsIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => /^(\S+)\s+(.*)$/.exec(line))
  return Object.fromEntries(lines.flatMap((line) => (line ? [[line[1], line[2]]] : [])))
}
