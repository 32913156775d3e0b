import type { Environment } from './config.ts'
import { settingNames, type SettingName, type SettingValues } from './defaults.ts'
import { readText, type ReadableFiles } from './files.ts'
import type { ConfigProblem } from './problem.ts'
import { nearestName } from '#kit/nearest-name.ts'

type Values = Readonly<Record<string, string | undefined>>

/** Settings that carry a password or a key: each may also come from a file named by `NAME_FILE`. */
export const secretNames = ['DATABASE_URL', 'REDIS_URL', 'SIGNET_SECRET', 'SMTP_URL'] as const

const fileNames: readonly string[] = secretNames.map((name) => `${name}_FILE`)
const environments = ['development', 'production', 'test'] as const
/** Ours, though not settings: the choice of sources, and what the Dockerfile and the npm scripts set. */
const knownNames: readonly string[] = [...settingNames, ...fileNames, 'SIGNET_CONFIG']

export type Sources = {
  /** Undefined when `NODE_ENV` is not one of the three; then a problem says so. */
  readonly environment: Environment | undefined
  /** The environment over the JSON file. */
  readonly values: SettingValues
  readonly problems: readonly ConfigProblem[]
}

export function readSources(env: Values, files: ReadableFiles): Sources {
  const problems: ConfigProblem[] = []
  const environment = chosenEnvironment(present(env['NODE_ENV']), problems)
  refuseUnknownVariables(env, problems)
  const path = present(env['SIGNET_CONFIG'])
  const file = path === undefined ? {} : readJsonFile(path, files, problems)
  const values = { ...layer(file, files, problems), ...layer(env, files, problems) }
  return { environment, values, problems }
}

function chosenEnvironment(
  value: string | undefined,
  problems: ConfigProblem[],
): Environment | undefined {
  if (value === undefined) return 'development'
  const known = environments.find((name) => name === value)
  if (known) return known
  problems.push({
    setting: 'NODE_ENV',
    problem: 'is not a known environment',
    fix: `Choose one of ${environments.join(', ')}; unset means development.`,
  })
  return undefined
}

/** `SIGNET_` is ours, so a name we do not know there is a misspelling that would silently do nothing. */
function refuseUnknownVariables(env: Values, problems: ConfigProblem[]): void {
  for (const name of Object.keys(env))
    if (name.startsWith('SIGNET_') && !knownNames.includes(name)) problems.push(unknown(name))
}

function unknown(setting: string): ConfigProblem {
  const nearest = nearestName(setting, knownNames)
  const fix = nearest
    ? `Did you mean ${nearest}?`
    : 'Remove it; config/example.env lists every setting.'
  return { setting, problem: 'is not a setting', fix }
}

function readJsonFile(path: string, files: ReadableFiles, problems: ConfigProblem[]): Values {
  const refuse = (problem: string, fix: string) => {
    problems.push({ setting: 'SIGNET_CONFIG', problem, fix })
    return {}
  }
  const text = readText(files, path)
  if (text === undefined)
    return refuse('names a file that cannot be read', `Check that ${path} exists and is readable.`)
  const fix = `Make ${path} one JSON object of setting names and their values.`
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return refuse('names a file that is not a JSON object', fix)
  return settingsOf(json, problems)
}

function settingsOf(json: object, problems: ConfigProblem[]): Values {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(json) as [string, unknown][]) {
    if (name === 'SIGNET_CONFIG' || !knownNames.includes(name)) problems.push(unknown(name))
    else if (typeof value === 'string') values[name] = value
    else if (typeof value === 'number') values[name] = String(value)
    else
      problems.push({
        setting: name,
        problem: 'is neither text nor a number in the configuration file',
        fix: 'Write it as text, as it would stand in the environment.',
      })
  }
  return values
}

/** The settings of one source; a `NAME_FILE` stands for the content of the file it names. */
function layer(source: Values, files: ReadableFiles, problems: ConfigProblem[]): SettingValues {
  const values: { [Name in SettingName]?: string } = {}
  for (const name of settingNames) {
    const value = present(source[name])
    if (value !== undefined) values[name] = value
  }
  for (const name of secretNames) {
    const path = present(source[`${name}_FILE`])
    if (path === undefined) continue
    const content = readText(files, path)?.trim()
    if (values[name] !== undefined)
      problems.push({
        setting: `${name}_FILE`,
        problem: `is set beside ${name}`,
        fix: 'Keep one of the two.',
      })
    else if (!content)
      problems.push({
        setting: `${name}_FILE`,
        problem: 'names a file that is empty or cannot be read',
        fix: `Check that ${path} exists, holds the value, and that this user may read it.`,
      })
    else values[name] = content
  }
  return values
}

/** Compose and systemd pass a variable without a value as empty text: that is unset. */
function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === '' ? undefined : trimmed
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
