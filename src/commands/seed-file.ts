import type { Command } from 'commander'
import { readFile } from 'node:fs/promises'
import { refusal } from './failure.ts'
import type { Runner } from './runner.ts'
import { applySeed } from './seed/apply.ts'
import { exportSeed } from './seed/export.ts'
import { describeReport, reportJson } from './seed/report.ts'

export function addSeedCommands(program: Command, runner: Runner): void {
  const seed = program
    .command('seed')
    .description('tenants, people, clients, resources and connections as one file')

  seed
    .command('apply')
    .description('make what the file says so; applying it again changes nothing')
    .argument('<file>', 'a JSON file; - is standard input')
    .action((name: string) =>
      runner.withServices(async ({ services, config }) => {
        const text = name === '-' ? await runner.input.readText() : await readText(name)
        const deps = { ...services, issuer: config.issuer, actor: { kind: 'cli' } } as const
        const report = await applySeed({ name, text }, deps)
        return { json: reportJson(report), text: describeReport(report) }
      }),
    )

  // `signet export` is the same, for whoever looks for it there
  for (const parent of [seed, program])
    parent
      .command('export')
      .description('print everything a seed file can say; no secret is in it')
      .action(() =>
        runner.withServices(async ({ services, config }) => {
          const { document, notes } = await exportSeed({ ...services, issuer: config.issuer })
          return { json: document, text: JSON.stringify(document, undefined, 2), notes }
        }),
      )
}

/** Reads what a person named; why it cannot be read is theirs to fix. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw refusal('commands.file_unreadable', `${path} cannot be read: ${reason}`)
  }
}
