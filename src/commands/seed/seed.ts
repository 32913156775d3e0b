import { z } from 'zod'
import { adminRole, type Account, type Accounts, type Profile } from '#account/account.ts'
import type { Audit, AuditActor } from '#audit/audit.ts'
import type { Clients, Resource } from '#client/client.ts'
import type { ConnectionAdministration } from '#federation/connection/connection.ts'
import type { Keys } from '#key/key.ts'
import type { ClientId, ConnectionId } from '#kit/ids.ts'
import { codePoints, isCleanText } from '#kit/text.ts'
import type { Passwords } from '#login/password/password.ts'
import type { Transactor } from '#storage/storage.ts'
import { slugPattern, type Tenants } from '#tenant/tenant.ts'

/**
 * The declarative file: tenants with their people, clients and resources. It is applied at every start, so:
 *
 * - What it says is so afterwards; what it does not name stays: tenants, people and clients are never removed, and of a
 *   tenant or a person only the named settings and fields are written. A client, a resource and a connection are one
 *   document each: they are replaced whole, and what the file leaves out has its default; only the domains and the secret
 *   of a connection stay where the file does not name them.
 * - It takes away but never gives back: `"status": "disabled"` disables, and nothing in the file enables again or
 *   revives a deleted person. What was revoked stays revoked.
 * - A password is only set when the person is new. Later it is theirs. Where another system kept it as a hash, that hash is
 *   taken as `password_hash` instead.
 * - A new administrator without a password gets one that is generated and shown once (Q89); anybody else without one
 *   has none, and cannot sign in with one until it is set (Q33). A client that needs a secret and brings none gets one
 *   that is generated and shown once, like everywhere.
 * - A new connection is active, for whoever writes the file means it; without the secret that it needs, as an export
 *   leaves it, a draft.
 * - `roles` and `groups` are plain names, as they stand in the claims.
 */
export type Seed = { readonly tenants: readonly SeedTenant[] }

/** A part of the file and where it stands: `tenants[0].users[1]`. */
type Part = { readonly path: string }

export type SeedTenant = Part & {
  /** False when a client or a resource could not be read: who refers to it is not blamed as well. */
  readonly isWhole: boolean
  readonly slug: string
  readonly name: string
  readonly issuer: string | undefined
  readonly status: 'disabled' | undefined
  /** Only the settings that are named. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly users: readonly SeedUser[]
  readonly clients: readonly SeedClient[]
  readonly resources: readonly SeedResource[]
  readonly connections: readonly SeedConnection[]
}

export type SeedUser = Part & {
  readonly email: string
  readonly password: string | undefined
  /** In its place: see `readPasswordHash`. */
  readonly passwordHash: string | undefined
  readonly emailVerified: boolean | undefined
  /** Only what is named. */
  readonly profile: Profile
  readonly roles: readonly string[] | undefined
  readonly groups: readonly string[] | undefined
  readonly status: 'disabled' | undefined
}

export type SeedClient = Part & {
  readonly clientId: ClientId
  /** As the one validator takes it, with the id and the secret. */
  readonly input: Readonly<Record<string, unknown>>
  /** Scopes by resource, as the validator read them. */
  readonly resources: Readonly<Record<string, readonly string[]>>
  readonly status: 'disabled' | undefined
}

export type SeedResource = Part & { readonly resource: Omit<Resource, 'tenantId'> }

export type SeedConnection = Part & {
  readonly id: ConnectionId
  /** As the one validator takes it. */
  readonly document: object
}

/** What applying needs. Every call inside its one transaction carries that transaction. */
export type SeedDeps = {
  /** Issuer of the main tenant. */
  readonly issuer: string
  readonly tenants: Pick<Tenants, 'list' | 'create' | 'update'>
  readonly clients: Pick<
    Clients,
    'list' | 'listResources' | 'create' | 'replace' | 'putResource' | 'setStatus'
  >
  readonly connections: Pick<ConnectionAdministration, 'list' | 'create' | 'update'>
  readonly accounts: Pick<Accounts, 'findByEmail' | 'create' | 'update' | 'setStatus'>
  readonly passwords: Pick<Passwords, 'setPassword' | 'importHash'>
  readonly keys: Pick<Keys, 'keySet'>
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  /** See `loadBlocklist` of the password room. */
  readonly isCommonPassword: (password: string) => boolean
  /** Who applies it. */
  readonly actor: AuditActor
}

export type SeedKind = 'tenant' | 'resource' | 'connection' | 'client' | 'user'

export type SeedEntry = {
  readonly kind: SeedKind
  readonly tenant: string
  /** Slug, identifier, id, client_id or email. */
  readonly name: string
}

/** What was drawn because the file did not say it. Shown once, kept nowhere, never logged. */
export type Generated = {
  readonly kind: 'password' | 'client_secret'
  readonly tenant: string
  /** email or client_id */
  readonly name: string
  readonly value: string
}

export type SeedReport = {
  readonly created: readonly SeedEntry[]
  readonly updated: readonly SeedEntry[]
  readonly unchanged: readonly SeedEntry[]
  /** People who were here already: the password in the file was not looked at. */
  readonly passwordsKept: readonly SeedEntry[]
  /** Connections that wait for a secret which the file does not hold. */
  readonly withoutSecret: readonly SeedEntry[]
  readonly generated: readonly Generated[]
}

export function isAdmin(user: Pick<Account, 'roles'>): boolean {
  return user.roles.includes(adminRole)
}

const label = (max: number) =>
  z
    .string({ error: 'must be text' })
    .refine((text) => text.trim() !== '' && codePoints(text) <= max && isCleanText(text), {
      error: `must be 1 to ${max} characters of plain text`,
    })

const names = z.array(label(100), { error: 'must be a list of names' }).max(100)
const status = z.literal('disabled', { error: 'can only be "disabled": a file enables nothing' })
const list = z.array(z.unknown(), { error: 'must be a list' }).default([])

export const seedShape = z.strictObject({ tenants: list })

/** The lists hold anything yet: each part is read by itself, so that one mistake does not hide the next. */
export const tenantShape = z.strictObject({
  slug: z.string({ error: 'must be text' }).regex(slugPattern, {
    error: 'must be 2 to 40 lower-case letters, digits and hyphens, beginning with a letter',
  }),
  name: label(100),
  issuer: z.string({ error: 'must be text' }).optional(),
  status: status.optional(),
  settings: z.record(z.string(), z.unknown(), { error: 'must be an object' }).default({}),
  users: list,
  clients: list,
  resources: list,
  connections: list,
})

export const profileShape = {
  name: label(200).optional(),
  given_name: label(200).optional(),
  family_name: label(200).optional(),
  preferred_username: label(200).optional(),
  picture: z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .max(2048)
    .optional(),
  locale: label(35).optional(),
  zoneinfo: label(64).optional(),
} satisfies Record<keyof Profile, z.ZodType>

export const userShape = z.strictObject({
  email: z.string({ error: 'must be text' }),
  password: z.string({ error: 'must be text' }).optional(),
  password_hash: z.string({ error: 'must be text' }).optional(),
  email_verified: z.boolean({ error: 'must be true or false' }).optional(),
  ...profileShape,
  roles: names.optional(),
  groups: names.optional(),
  status: status.optional(),
})

/** What is ours of a client; the rest is the one validator's to read. */
export const clientShape = z.looseObject({
  client_id: z.string({ error: 'must be text' }),
  status: status.optional(),
})

/** What a file may say of the status of a connection; the rest is the one validator's to read. */
export const connectionShape = z.looseObject({
  status: z
    .enum(['disabled', 'draft'], {
      error: 'can only be "disabled" or, while it is new, "draft": a file enables nothing',
    })
    .optional(),
})

/** Names only: values are `checkResource`'s to read. */
export const resourceShape = z.strictObject({
  identifier: z.unknown(),
  name: z.unknown().optional(),
  scopes: z.unknown().optional(),
  introspectors: z.unknown().optional(),
  access_token_format: z.unknown().optional(),
  access_token_ttl: z.unknown().optional(),
  minimum_acr: z.unknown().optional(),
})
