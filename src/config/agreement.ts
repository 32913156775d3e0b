import type { SettingValues } from './defaults.ts'
import { readText, type ReadableFiles } from './files.ts'
import type { ConfigProblem } from './problem.ts'
import type { Settings } from './settings.ts'

/** What two settings must agree on, and files that must be there. */
export function disagreements(
  settings: Settings | undefined,
  given: SettingValues,
  files: ReadableFiles,
): readonly ConfigProblem[] {
  const problems = unreadableFiles(given, files)
  return settings ? [...problems, ...contradictions(settings)] : problems
}

function contradictions(settings: Settings): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if ((settings.TLS_CERT === undefined) !== (settings.TLS_KEY === undefined))
    problems.push({
      setting: settings.TLS_CERT === undefined ? 'TLS_CERT' : 'TLS_KEY',
      problem: 'is missing beside its other half',
      fix: 'Set both TLS_CERT and TLS_KEY to PEM files, or neither.',
    })
  const { PORT: port, MANAGEMENT_PORT: management } = settings
  if (port !== 0 && port === management.port)
    problems.push({
      setting: 'MANAGEMENT_PORT',
      problem: 'is the port of the server itself',
      fix: 'Choose another one: metrics and health checks have a listener of their own.',
    })
  if (settings.WORKERS > 1 && settings.DATABASE_URL === undefined)
    problems.push({
      setting: 'WORKERS',
      problem: 'is more than 1 with the embedded database, which one process opens',
      fix: 'Set DATABASE_URL to a PostgreSQL 14 or newer, or WORKERS=1.',
    })
  return problems
}

function unreadableFiles(given: SettingValues, files: ReadableFiles): readonly ConfigProblem[] {
  const named = ['TLS_CERT', 'TLS_KEY', 'SIGNET_SEED', 'GEOIP_FILE', 'RISK_ADDRESSES_FILE'] as const
  return named.flatMap((setting) => {
    const path = given[setting]
    if (path === undefined || readText(files, path) !== undefined) return []
    const fix = `Check that ${path} exists and that this user may read it.`
    return [{ setting, problem: 'names a file that cannot be read', fix }]
  })
}
