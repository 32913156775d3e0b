import { CommanderError } from 'commander'
import { AppError } from '#kit/errors.ts'
import type { ExitCode } from './commands.ts'

/** How a command that did not succeed ends. */
export type Failure = {
  readonly code: string
  readonly message: string
  readonly details: unknown
  readonly exitCode: ExitCode
}

/** A refusal of the command line's own. */
export function refusal(code: string, message: string, details?: unknown): AppError {
  return new AppError({ code, status: 400, message, details })
}

/** The codes of errors that other rooms throw under a name of their own. */
const codeByName: Readonly<Record<string, string>> = {
  ConfigInvalid: 'config.invalid',
  SeedInvalid: 'seed.invalid',
  DataFolderRefused: 'storage.data_folder_refused',
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usage(error.message.replace(/^error: /, ''))
  if (error instanceof AppError) {
    const { code, message, details } = error
    return { code, message: withReason(message, error.cause), details, exitCode: 1 }
  }
  if (!(error instanceof Error)) return bug(String(error))
  const code = codeByName[error.name]
  if (code === undefined) return bug(error.stack ?? error.message)
  const details = 'problems' in error ? error.problems : undefined
  return { code, message: error.message, details, exitCode: 1 }
}

function usage(message: string): Failure {
  return { code: 'commands.usage', message, details: undefined, exitCode: 2 }
}

function bug(message: string): Failure {
  return { code: 'commands.bug', message, details: undefined, exitCode: 1 }
}

/** The operator may know why a part is down; drivers name hosts and states there, never passwords. */
function withReason(message: string, cause: unknown): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message
}

/** For people. Errors that list their problems in their message do not list them twice. */
export function describeFailure({ message, details, exitCode }: Failure): string {
  const lines = message.includes('\n') || !Array.isArray(details) ? [] : details.map(detailLine)
  const hint = exitCode === 2 ? ['Run it with --help to see how it is used.'] : []
  return [`signet: ${message}`, ...lines, ...hint].join('\n')
}

function detailLine(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return `  ${String(detail)}`
  const words = ['field', 'message'].map((name): unknown => Reflect.get(detail, name))
  return `  ${words.filter((word) => typeof word === 'string').join(' ')}`
}
