import { AppError } from '#kit/errors.ts'
import { logFields } from './telemetry.ts'

const allowed: ReadonlySet<string> = new Set(logFields)
const longestText = 500

/**
 * Keeps what the allow-list names and nothing else (Q90). An error is rewritten, never passed on: a driver's error
 * carries the row, a fetch error the address, an engine's error the request.
 */
export function allowListed(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') kept['err'] = describeError(value)
    else if (allowed.has(name) && isPlain(value)) kept[name] = clean(name, value)
  }
  return kept
}

type Plain = string | number | boolean

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

// Long identifiers look like tokens; in these fields they are none.
const identifiers: ReadonlySet<string> = new Set(['account_id', 'client_id', 'tenant_id', 'file'])

function clean(name: string, value: Plain): Plain {
  if (typeof value !== 'string') return value
  return identifiers.has(name) ? shorten(value) : scrub(value)
}

type DescribedError = {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly detail?: string
  readonly stack?: string
  readonly cause?: DescribedError
}

/** `depth`: how many causes deep; an error that is its own cause must not hang the log. */
function describeError(error: unknown, depth = 3): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'something else was thrown' }
  const code: unknown = 'code' in error ? error.code : undefined
  return {
    type: scrub(error.name),
    message: messageOf(error),
    ...(typeof code === 'string' ? { code: scrub(code) } : {}),
    ...(error instanceof AppError && error.detail ? { detail: scrub(error.detail) } : {}),
    ...(error.stack ? { stack: frames(error.stack) } : {}),
    ...(error.cause !== undefined && depth > 0
      ? { cause: describeError(error.cause, depth - 1) }
      : {}),
  }
}

// A SyntaxError of JSON.parse quotes the text it read, which may be a posted password.
function messageOf(error: Error): string {
  return error instanceof SyntaxError ? 'the text could not be parsed' : scrub(error.message)
}

/** The lines that name code; the lines above them repeat the message, which is scrubbed on its own. */
function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n')
}

/**
 * Takes out what looks like a secret: an address's user information, query and fragment, what follows `Bearer`,
 * `Basic` or `name=`, and any long unbroken run of token characters that is not a UUID. Then controls, then length.
 */
export function scrub(text: string): string {
  const scrubbed = text
    .replace(/(\w:\/\/)[^\s/@]*@/g, '$1***@')
    .replace(/[?#][^\s"'<>]+/g, '?***')
    .replace(/\b(bearer|basic|dpop)\s+\S+/gi, '$1 ***')
    .replace(secretPair, '$1=***')
    .replace(/[\w.~+/=-]{24,}/g, (run) => (isHarmless(run) ? run : '***'))
  return shorten(scrubbed)
}

function shorten(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, ' ')
  return printable.length > longestText ? `${printable.slice(0, longestText)}…` : printable
}

const secretPair =
  /\b(password|new_password|passwd|secret|client_secret|token|access_token|refresh_token|id_token|code|assertion|cookie|state|nonce)["']?\s*[=:]\s*["']?[^\s"',;&}]+/gi

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A UUID, words joined together, a path or a host of short parts; a token is none of these. */
function isHarmless(run: string): boolean {
  if (uuid.test(run) || /^[a-z]+(?:[-_.][a-z]+)*$/.test(run)) return true
  const parts = /^\.{0,2}\//.test(run) ? run.split(/[/.]/) : run.split('.')
  return parts.every((part) => part.length < 20 || uuid.test(part))
}
