import { z } from 'zod'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import { nearestName } from '#kit/nearest-name.ts'
import { connectionIdPattern, connectionTypes } from '../federation.ts'
import type { ConnectionStatus, ConnectionType } from '../federation.ts'
import type { ConnectionOrigin, ConnectionProblem } from './vocabulary.ts'
import type { DomainWish } from './domain/domain.ts'
import { isPublicMailDomain } from './domain/public-mail.ts'
import { isObject } from './document.ts'
import { domain, flag, line, oneOf, text } from './fields.ts'
import { settingProblems } from './rules.ts'
import { defaultNames, secretNames, settingsShapes, type AnySettings } from './settings.ts'

export type CheckedConnection = {
  readonly id: ConnectionId
  readonly type: ConnectionType
  readonly name: string
  /** Undefined: it was not said. */
  readonly status: ConnectionStatus | undefined
  readonly domains: readonly DomainWish[] | undefined
  readonly settings: AnySettings
  readonly secret: string | undefined
}

export type CheckedDocument =
  | { readonly outcome: 'valid'; readonly connection: CheckedConnection }
  | { readonly outcome: 'invalid'; readonly problems: readonly ConnectionProblem[] }

const ownDomain = domain.refine((name) => !isPublicMailDomain(name), {
  error: 'is of a mail service for anybody: nobody owns its people',
})

const wish = z.union(
  [
    ownDomain.transform((name) => ({ domain: name })),
    z.strictObject({ domain: ownDomain, enforced: flag.optional(), proved: flag.optional() }),
  ],
  { error: 'must be a domain, or an object with domain, enforced and proved' },
)

const head = {
  id: text((value) =>
    connectionIdPattern.test(value)
      ? undefined
      : 'must be 2 to 64 lower-case letters, digits and hyphens, beginning with a letter',
  ),
  type: oneOf(connectionTypes),
  name: line(100).optional(),
  status: oneOf(['draft', 'active', 'disabled']).optional(),
  domains: z
    .array(z.unknown(), { error: 'must be a list' })
    .max(100, { error: 'must hold at most 100 values' })
    .optional(),
}

/**
 * The one validator: seed, command line and API come through here. Tells of everything that is wrong at once; an unknown
 * name is an error (Q80).
 */
export function checkConnection(input: unknown, origin: ConnectionOrigin): CheckedDocument {
  if (!isObject(input)) return invalid([{ field: '', message: 'must be an object' }])
  const type = head.type.safeParse(input['type'])
  if (!type.success) return invalid(problemsOf(type.error, 'type', input['type']))
  const secretName = secretNames[type.data]
  const shape = {
    ...head,
    ...settingsShapes[type.data],
    ...(secretName && { [secretName]: secret.optional() }),
  }
  const parsed = z.strictObject(shape).safeParse(withoutNulls(input))
  const wishes = readWishes(input['domains'], origin)
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => named(issue, input, shape))),
    ...wishes.problems,
    ...(parsed.success ? settingProblems(type.data, parsed.data) : []),
  ]
  if (!parsed.success || problems.length > 0) return invalid(problems)
  return { outcome: 'valid', connection: checked(type.data, parsed.data, wishes.wishes) }
}

const secret = text((value) =>
  value !== '' && value.length <= 8192 && value.isWellFormed() && !value.includes('\0')
    ? undefined
    : 'must be 1 to 8192 characters',
)

type Parsed = Readonly<Record<string, unknown>> & z.output<z.ZodObject<typeof head>>

function checked(
  type: ConnectionType,
  parsed: Parsed,
  domains: readonly DomainWish[] | undefined,
): CheckedConnection {
  const { id, name, status } = parsed
  const secretName = secretNames[type]
  const names = Object.keys(settingsShapes[type])
  const settings = Object.fromEntries(
    names.filter((key) => parsed[key] !== undefined).map((key) => [key, parsed[key]]),
  )
  return {
    id: brandId<ConnectionId>(id),
    type,
    name: name ?? defaultNames[type] ?? id,
    status,
    domains,
    settings: settings as AnySettings, // of the names and values that the shape of the type let through
    secret: secretName && (parsed[secretName] as string | undefined),
  }
}

function readWishes(list: unknown, origin: ConnectionOrigin) {
  if (!Array.isArray(list)) return { wishes: undefined, problems: [] }
  const wishes: DomainWish[] = []
  const problems: ConnectionProblem[] = []
  list.forEach((item: unknown, at) => {
    const field = `domains.${at}`
    const read = wish.safeParse(item)
    if (!read.success) return problems.push({ field, message: wishMessage(read.error) })
    const {
      domain: name,
      enforced = false,
      proved,
    } = { enforced: false, proved: undefined, ...read.data }
    if (wishes.some((other) => other.domain === name))
      return problems.push({ field, message: 'is given twice' })
    if (proved !== undefined && origin === 'api')
      return problems.push({
        field: `${field}.proved`,
        message: 'is proved by its record in the DNS',
      })
    return wishes.push({ domain: name, isEnforced: enforced, isProved: proved })
  })
  return { wishes, problems }
}

/** The reason of the alternative that was meant. */
function wishMessage(error: z.ZodError): string {
  const nested = error.issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? issue.errors.flat() : [],
  )
  return nested.find(({ code }) => code === 'custom')?.message ?? error.issues[0]?.message ?? ''
}

function named(
  issue: z.core.$ZodIssue,
  input: object,
  shape: object,
): readonly ConnectionProblem[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
    return issue.keys
      .slice(0, mostUnknown)
      .map((field) => ({ field, message: unknownName(field, Object.keys(shape)) }))
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: `${field}.${key}`, message: 'is not a known name' }))
  const isMissing = issue.path.length === 1 && !(field in input)
  return [{ field, message: isMissing ? 'is missing' : issue.message }]
}

/** Told of at once: a document may hold thousands, and each is compared with every known name. */
const mostUnknown = 20

function unknownName(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined
    ? 'is not a known name'
    : `is not a known name; did you mean ${nearest}?`
}

function problemsOf(error: z.ZodError, field: string, value: unknown) {
  const message = value === undefined ? 'is missing' : (error.issues[0]?.message ?? '')
  return [{ field, message }]
}

/** RFC 7396: null is what was not said. */
function withoutNulls(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
}

function invalid(problems: readonly ConnectionProblem[]): CheckedDocument {
  return { outcome: 'invalid', problems }
}
