import { z } from 'zod'
import { checkClientMetadata, checkResource } from '#client/client.ts'
import { checkConnection } from '#federation/connection/connection.ts'
import { canonicalEmail } from '#kit/email-address.ts'
import { brandId, type ClientId, type TenantId } from '#kit/ids.ts'
import { nearestName } from '#kit/nearest-name.ts'
import { readPasswordHash } from '#login/password/password.ts'
import { tenantSettings } from '#tenant/tenant.ts'
import { readJson } from './json-lines.ts'
import { pathText, SeedInvalid, type SeedProblem } from './problem.ts'
import {
  clientShape,
  connectionShape,
  profileShape,
  resourceShape,
  seedShape,
  tenantShape,
  userShape,
  type Seed,
  type SeedClient,
  type SeedConnection,
  type SeedResource,
  type SeedTenant,
  type SeedUser,
} from './seed.ts'

/** Notes what is wrong with the part at `path`. */
export type Note = (path: string, message: string) => void

/** A seed file as it was read, its name for messages. */
export type SeedFile = { readonly name: string; readonly text: string }

/** Collects problems of one file; `settle` throws when there are any. */
export type Problems = { readonly note: Note; readonly settle: () => void }

/**
 * Everything that can be known from the file alone. Parts that cannot be read are left out and noted, so that the
 * problems of the others show at the same time.
 */
export function checkSeed(file: SeedFile): { readonly seed: Seed; readonly problems: Problems } {
  const json = readJson(file.text)
  if (json.outcome === 'broken') {
    const { line, message } = json
    throw new SeedInvalid(file.name, [{ path: '', line, message }])
  }
  const found: SeedProblem[] = []
  const note: Note = (path, message) => found.push({ path, line: json.lineOf(path), message })
  for (const path of json.repeated) note(path, 'is given twice')
  const tenants = readTenants(json.value, note)
  const settle = () => {
    if (found.length > 0) throw new SeedInvalid(file.name, found.toSorted(byLine))
  }
  return { seed: { tenants }, problems: { note, settle } }
}

function byLine(left: SeedProblem, right: SeedProblem): number {
  return (left.line ?? 0) - (right.line ?? 0)
}

function readTenants(value: unknown, note: Note): readonly SeedTenant[] {
  read(seedShape, value, '', note)
  const tenants = parts(membersOf(value)['tenants'], 'tenants', (tenant, path) =>
    readTenant(tenant, path, note),
  )
  refuseRepeated(tenants, { key: ({ slug }) => slug, field: 'slug' }, note)
  return tenants
}

function readTenant(value: unknown, path: string, note: Note): SeedTenant | undefined {
  const head = read(tenantShape, value, path, note)
  // The lists are read even where the head is wrong: its mistakes must not hide theirs.
  const raw = membersOf(value)
  const listOf = <T>(name: string, readPart: (part: unknown, path: string) => T | undefined) =>
    parts(raw[name], `${path}.${name}`, readPart)

  const users = listOf('users', (part, at) => readUser(part, at, note))
  const clients = listOf('clients', (part, at) => readClient(part, at, note))
  const resources = listOf('resources', (part, at) => readResource(part, at, note))
  const connections = listOf('connections', (part, at) => readConnection(part, at, note))
  refuseRepeated(users, { key: ({ email }) => canonicalEmail(email), field: 'email' }, note)
  refuseRepeated(clients, { key: ({ clientId }) => clientId, field: 'client_id' }, note)
  const identifier = ({ resource }: SeedResource) => resource.identifier
  refuseRepeated(resources, { key: identifier, field: 'identifier' }, note)
  refuseRepeated(connections, { key: ({ id }) => id, field: 'id' }, note)
  read(tenantSettings, raw['settings'] ?? {}, `${path}.settings`, note)
  if (!head) return undefined
  const isWhole = [head.clients, head.resources].every(
    (list, at) => list.length === [clients, resources][at]?.length,
  )
  const { slug, name, issuer, status, settings } = head
  const contents = { users, clients, resources, connections }
  return { path, isWhole, slug, name, issuer, status, settings, ...contents }
}

function readUser(value: unknown, path: string, note: Note): SeedUser | undefined {
  const user = read(userShape, value, path, note)
  if (!user) return undefined
  const { email, password, roles, groups, status } = user
  const { email_verified: emailVerified, password_hash: passwordHash } = user
  const named = Object.keys(profileShape).filter((name) => name in user)
  const profile = Object.fromEntries(named.map((name) => [name, Reflect.get(user, name)]))
  if (!isUsableEmail(email)) note(`${path}.email`, 'is not a usable e-mail address')
  notePasswords({ password, passwordHash, isDisabled: status !== undefined }, path, note)
  return { path, email, password, passwordHash, emailVerified, profile, roles, groups, status }
}

function notePasswords(
  given: {
    readonly password: string | undefined
    readonly passwordHash: string | undefined
    readonly isDisabled: boolean
  },
  path: string,
  note: Note,
): void {
  const { password, passwordHash, isDisabled } = given
  const useless = 'has no use: the person is disabled'
  if (isDisabled && password !== undefined) note(`${path}.password`, useless)
  if (passwordHash === undefined) return
  const at = `${path}.password_hash`
  if (isDisabled) note(at, useless)
  if (password !== undefined) note(at, 'cannot stand beside password: give one of them')
  const read = readPasswordHash(passwordHash)
  if (read.outcome === 'refused') note(at, read.reason)
}

// Only ASCII before the @: the account service refuses what merely folds to it.
function isUsableEmail(email: string): boolean {
  return canonicalEmail(email.trim()) !== undefined && /^[\x21-\x7e]+@/.test(email.trim())
}

function readClient(value: unknown, path: string, note: Note): SeedClient | undefined {
  const client = read(clientShape, value, path, note)
  if (!client) return undefined
  const { status, ...input } = client
  const checked = checkClientMetadata(input, 'seed')
  if (checked.outcome === 'invalid') {
    noteFields(checked.problems, path, note)
    return undefined
  }
  const clientId = brandId<ClientId>(input.client_id)
  return { path, clientId, input, resources: checked.metadata.resources, status }
}

function readResource(value: unknown, path: string, note: Note): SeedResource | undefined {
  const named = read(resourceShape, value, path, note)
  if (!named) return undefined
  const checked = checkResource(named, brandId<TenantId>(''))
  if (checked.outcome === 'invalid') {
    noteFields(checked.problems, path, note)
    return undefined
  }
  const { tenantId: _, ...resource } = checked.resource
  return { path, resource }
}

function readConnection(value: unknown, path: string, note: Note): SeedConnection | undefined {
  const document = read(connectionShape, value, path, note)
  if (!document) return undefined
  const checked = checkConnection(document, 'seed')
  if (checked.outcome === 'valid') return { path, id: checked.connection.id, document }
  noteFields(checked.problems, path, note)
  return undefined
}

type FieldProblem = { readonly field: string; readonly message: string }

export function noteFields(problems: readonly FieldProblem[], path: string, note: Note): void {
  for (const { field, message } of problems) note(joined(path, field), message)
}

function joined(path: string, field: string): string {
  if (field === '') return path
  return `${path}.${field.replace(/\.(\d+)(?=\.|$)/g, '[$1]')}`
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).safeParse(value).data ?? {}
}

/** Each part of a list that can be read. A list that is none was noted with its tenant. */
function parts<T>(
  list: unknown,
  path: string,
  readPart: (part: unknown, path: string) => T | undefined,
): readonly T[] {
  if (!Array.isArray(list)) return []
  return list
    .map((part: unknown, index) => readPart(part, pathText([index], path)))
    .filter((part) => part !== undefined)
}

/** Reads with a shape; what is wrong is noted, with the nearest known name for an unknown one (Q80). */
function read<Shape extends z.ZodObject>(
  shape: Shape,
  value: unknown,
  path: string,
  note: Note,
): z.output<Shape> | undefined {
  const parsed = shape.safeParse(value)
  for (const issue of parsed.error?.issues ?? []) {
    const at = pathText(issue.path, path)
    if (issue.code === 'unrecognized_keys') {
      for (const name of issue.keys) note(pathText([name], at), unknownName(name, shape))
    } else if (isMissing(issue, value)) note(at, 'is missing')
    else note(at, issue.path.length === 0 ? 'must be an object' : issue.message)
  }
  return parsed.data
}

function unknownName(name: string, shape: z.ZodObject): string {
  const nearest = nearestName(name, Object.keys(shape.shape))
  return nearest === undefined
    ? 'is not a known name'
    : `is not a known name; did you mean ${nearest}?`
}

function isMissing(issue: z.core.$ZodIssue, value: unknown): boolean {
  const [name] = issue.path
  if (issue.path.length !== 1 || typeof name !== 'string') return false
  return typeof value === 'object' && value !== null && !(name in value)
}

function refuseRepeated<T extends { readonly path: string }>(
  list: readonly T[],
  { key, field }: { readonly key: (part: T) => string | undefined; readonly field: string },
  note: Note,
): void {
  const seen = new Map<string, string>()
  for (const part of list) {
    const name = key(part)
    if (name === undefined) continue
    const first = seen.get(name)
    if (first === undefined) seen.set(name, part.path)
    else note(`${part.path}.${field}`, `is the same as of ${first}`)
  }
}
