import type { Command } from 'commander'
import { refusal } from './failure.ts'
import type { InTenant, Runner } from './runner.ts'
import { readText } from './seed-file.ts'
import { applySeed } from './seed/apply.ts'
import type { SeedFile } from './seed/check.ts'
import { describeReport, reportJson } from './seed/report.ts'

export function addUserImport(user: Command, runner: Runner): void {
  user
    .command('import')
    .description('add people, each a line of JSON as in a seed file, password_hash included')
    .argument('<file>', 'JSON lines; - is standard input')
    .action((name: string) =>
      runner.inTenant(async ({ services, tenant, config }) => {
        const text = name === '-' ? await runner.input.readText() : await readText(name)
        const file = { name, text: asSeed(text, tenant) }
        const deps = { ...services, issuer: config.issuer, actor: { kind: 'cli' } } as const
        const report = await applySeed(file satisfies SeedFile, deps)
        return { json: reportJson(report), text: describeReport(report) }
      }),
    )
}

/**
 * The same people as a seed file, so that one validator reads both and all are added or none. Every line stays where it is:
 * what is wrong is told with its number.
 */
function asSeed(text: string, { slug, name }: InTenant['tenant']): string {
  const head = JSON.stringify({ tenants: [{ slug, name, users: [] }] }).replace(/\]\}\]\}$/, '')
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const first = lines.findIndex((line) => line.trim() !== '')
  const users = lines.map((line, at) => {
    if (line.trim() === '') return ''
    requireObject(line, at + 1)
    return at === first ? line : `,${line}`
  })
  return `${head}${users.join('\n')}]}]}`
}

/** SECURITY: by itself, or a line that closes the list could write settings and clients. */
function requireObject(line: string, number: number): void {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  // never quoted: a password may stand there
  throw refusal('user.import_line_invalid', `Line ${number} is not one JSON object.`)
}
