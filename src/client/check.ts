import { isCleanText } from '#kit/text.ts'
import { accountClientId } from './my-account.ts'
import { clientMetadata, metadataNames } from './metadata.ts'
import type { ClientMetadata, ClientOrigin, ClientProblem } from './metadata.ts'
import { nearestName } from '#kit/nearest-name.ts'
import { brokenRules, errorFor, redirectUriProblems } from './rules.ts'

export type CheckedMetadata =
  | {
      readonly outcome: 'valid'
      readonly metadata: ClientMetadata
      /** Brought along by who may bring them; undefined: to be drawn. */
      readonly clientId: string | undefined
      readonly clientSecret: string | undefined
    }
  | { readonly outcome: 'invalid'; readonly problems: readonly ClientProblem[] }

type Input = Readonly<Record<string, unknown>>

/** What nobody may grant to itself by registering: trust, resources, weaker rules. */
export const privilegedNames = [
  'first_party',
  'api_login',
  'upstream_tokens',
  'require_pkce',
  'resources',
  'always_issue_refresh_token',
] as const satisfies readonly (keyof ClientMetadata)[]

/** Ids that mean the same in a URL, a form and a Basic header, encoded or not. */
export const clientIdPattern = /^[A-Za-z0-9._~-]{1,128}$/

/**
 * The one validator: registration, API, console, seed and import come through here (Q2). Reports everything that is
 * wrong at once. Dynamic registration passes over what it does not understand or may not ask for (RFC 7591 §2); from
 * everybody else an unknown name is an error (Q80).
 */
export function checkClientMetadata(input: unknown, origin: ClientOrigin): CheckedMetadata {
  if (!isObject(input)) return { outcome: 'invalid', problems: [problem('', 'must be an object')] }
  const given = origin === 'registration' ? understood(input) : input
  const { client_id: clientId, client_secret: clientSecret, ...named } = given
  const known = Object.fromEntries(
    Object.entries(named).filter(([name, value]) => isKnown(name) && value !== undefined),
  )
  const { metadata, problems } = checkKnown(withDefaults(known, origin))
  const all = [
    ...unknownProblems(Object.keys(named)),
    ...identityProblems(given, origin, metadata),
    ...problems,
  ]
  if (all.length > 0) return { outcome: 'invalid', problems: all }
  return {
    outcome: 'valid',
    metadata,
    clientId: asText(clientId),
    clientSecret: asText(clientSecret),
  }
}

function understood(input: Input): Input {
  const isPrivileged = (name: string) => privilegedNames.some((privileged) => privileged === name)
  return Object.fromEntries(
    Object.entries(input).filter(
      // RFC 7592 §2.2: null means absent; many libraries send empty texts for the same.
      ([name, value]) =>
        (isKnown(name) || name === 'client_id' || name === 'client_secret') &&
        !isPrivileged(name) &&
        value !== null &&
        value !== '',
    ),
  )
}

/** The defaults that depend on something; the rest stand with their fields. */
function withDefaults(input: Input, origin: ClientOrigin): Input {
  const grants = input['grant_types']
  const usesCode =
    grants === undefined || (Array.isArray(grants) && grants.includes('authorization_code'))
  return {
    response_types: usesCode ? ['code'] : [],
    // OIDC Registration §2: who says nothing gets RS256. Ours are told, and ES256 costs a third.
    id_token_signed_response_alg: origin === 'registration' ? 'RS256' : 'ES256',
    ...input,
  }
}

function checkKnown(input: Input): {
  readonly metadata: ClientMetadata
  readonly problems: readonly ClientProblem[]
} {
  const parsed = clientMetadata.safeParse(input)
  const issues = parsed.error?.issues ?? []
  const wrong = new Set(issues.map((issue) => String(issue.path[0])))
  // Without the wrong fields the rest is read again, so that its problems show at the same time.
  const rest = Object.entries(withDefaults({}, 'api')).concat(
    Object.entries(input).filter(([name]) => !wrong.has(name)),
  )
  const metadata = parsed.data ?? clientMetadata.parse(Object.fromEntries(rest))
  const problems = issues.map((issue) => problem(pathText(issue.path), issue.message))
  const uris = wrong.has('application_type') ? [] : redirectUriProblems(metadata)
  for (const { field } of uris) wrong.add(field.replace(/\[.*/, ''))
  return { metadata, problems: [...problems, ...uris, ...brokenRules(metadata, wrong)] }
}

function unknownProblems(names: readonly string[]): readonly ClientProblem[] {
  return names
    .filter((name) => !isKnown(name))
    .map((name) => {
      const nearest = nearestName(name.slice(0, 64), metadataNames)
      const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`
      return problem(name.slice(0, 64), `is not a known name${advice}`)
    })
}

function identityProblems(
  input: Input,
  origin: ClientOrigin,
  metadata: ClientMetadata,
): readonly ClientProblem[] {
  const { client_id: id, client_secret: secret } = input
  const readOnly = origin === 'api' ? 'is drawn by the server' : undefined
  const problems: ClientProblem[] = []
  const isFit = readOnly === undefined && typeof id === 'string' && clientIdPattern.test(id)
  if (id === accountClientId) problems.push(problem('client_id', 'belongs to My account'))
  else if (id !== undefined && !isFit)
    problems.push(problem('client_id', readOnly ?? 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ -'))
  if (secret === undefined) return problems
  const message = readOnly ?? secretProblem(secret, metadata)
  return message === undefined ? problems : [...problems, problem('client_secret', message)]
}

function secretProblem(secret: unknown, metadata: ClientMetadata): string | undefined {
  if (!metadata.token_endpoint_auth_method.startsWith('client_secret'))
    return 'has no use with this token_endpoint_auth_method'
  // A drawn one has 43; who brings another answers for its randomness (Q22).
  return typeof secret === 'string' && /^[\x21-\x7e]{16,512}$/.test(secret)
    ? undefined
    : 'must be 16 to 512 printable ASCII characters'
}

function problem(field: string, message: string): ClientProblem {
  return { field: isCleanText(field) ? field : '?', error: errorFor(field), message }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part, at) => pathPart(part, at)).join('')
}

function pathPart(part: PropertyKey, at: number): string {
  if (typeof part === 'number') return `[${part}]`
  return at === 0 ? String(part) : `.${String(part).slice(0, 200)}`
}

function isKnown(name: string): boolean {
  return metadataNames.includes(name)
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
