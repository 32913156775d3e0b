import type { Account } from '#account/account.ts'
import type { Client, Resource } from '#client/client.ts'
import type { ManagedConnection } from '#federation/connection/connection.ts'
import { brandId, type ClientId, type TenantId } from '#kit/ids.ts'
import { contextWords, passwordProblem, type PasswordProblem } from '#login/password/password.ts'
import { mainSlug, tenantSettings, type Tenant } from '#tenant/tenant.ts'
import type { Note } from './check.ts'
import type {
  Seed,
  SeedClient,
  SeedConnection,
  SeedDeps,
  SeedResource,
  SeedTenant,
  SeedUser,
} from './seed.ts'

/**
 * What the file says beside what is there. All is read before the transaction begins: the embedded database has one
 * connection, and inside a transaction nothing else may ask it.
 */
export type TenantPlan = {
  readonly seed: SeedTenant
  readonly existing: Tenant | undefined
  /** As it shall be; without an id that is known when it is new. */
  readonly wanted: Tenant
  readonly resources: readonly Pair<SeedResource, Resource>[]
  readonly clients: readonly Pair<SeedClient, Client>[]
  readonly connections: readonly Pair<SeedConnection, ManagedConnection>[]
  readonly users: readonly Pair<SeedUser, Account>[]
  /** All there are, also those the file does not name. */
  readonly storedResources: readonly Resource[]
  readonly storedClients: readonly Client[]
}

export type Pair<Part, Stored> = { readonly seed: Part; readonly existing: Stored | undefined }

/** Reads what is there and notes what is wrong in its light. */
export async function planSeed(
  seed: Seed,
  deps: SeedDeps,
  note: Note,
): Promise<readonly TenantPlan[]> {
  const known = await deps.tenants.list()
  refuseTakenIssuers(seed.tenants, known, note)
  const plans: TenantPlan[] = []
  for (const tenant of seed.tenants) {
    const existing = known.find(({ slug }) => slug === tenant.slug)
    const plan = await planTenant(tenant, existing, deps)
    if (tenant.isWhole) refuseUnknownNames(plan, note)
    refusePasswords(plan, deps, note)
    plans.push(plan)
  }
  return plans
}

async function planTenant(
  seed: SeedTenant,
  existing: Tenant | undefined,
  deps: SeedDeps,
): Promise<TenantPlan> {
  const { clients, accounts, connections } = deps
  const storedResources = existing ? await clients.listResources(existing.id) : []
  const storedClients = existing ? await clients.list(existing.id) : []
  const storedConnections = existing ? await connections.list(existing.id) : []
  const users: TenantPlan['users'][number][] = []
  for (const user of seed.users) {
    const account = existing && (await accounts.findByEmail(existing.id, user.email.trim()))
    users.push({ seed: user, existing: account })
  }
  return {
    seed,
    existing,
    wanted: wantedTenant(seed, existing, deps.issuer),
    resources: seed.resources.map((part) => ({
      seed: part,
      existing: storedResources.find(({ identifier }) => identifier === part.resource.identifier),
    })),
    clients: seed.clients.map((part) => ({
      seed: part,
      existing: storedClients.find(({ clientId }) => clientId === part.clientId),
    })),
    connections: seed.connections.map((part) => ({
      seed: part,
      existing: storedConnections.find(({ id }) => id === part.id),
    })),
    users,
    storedResources,
    storedClients,
  }
}

function wantedTenant(seed: SeedTenant, existing: Tenant | undefined, mainIssuer: string): Tenant {
  const { slug, name } = seed
  const before = existing ?? newTenant(slug, mainIssuer)
  // Settings that cannot be read were noted; the tenant's own stand in for them.
  const settings = tenantSettings.safeParse({ ...before.settings, ...seed.settings })
  return {
    ...before,
    name,
    issuer: seed.issuer ?? before.issuer,
    status: seed.status ?? before.status,
    settings: settings.data ?? before.settings,
  }
}

function newTenant(slug: string, mainIssuer: string): Tenant {
  return {
    id: brandId<TenantId>(''),
    slug,
    name: '',
    issuer: derivedIssuer(slug, mainIssuer),
    status: 'active',
    settings: tenantSettings.parse({}),
    version: 0,
  }
}

/** Where a tenant without an issuer of its own is. */
export function derivedIssuer(slug: string, mainIssuer: string): string {
  return slug === mainSlug ? mainIssuer : `${mainIssuer}/t/${slug}`
}

function refuseTakenIssuers(
  tenants: readonly SeedTenant[],
  known: readonly Tenant[],
  note: Note,
): void {
  const claims = tenants.filter(({ issuer }) => issuer !== undefined)
  for (const { path, slug, issuer } of claims) {
    const others = [...claims, ...known].filter((other) => other.slug !== slug)
    const holder = others.find((other) => other.issuer === issuer)
    if (holder) note(`${path}.issuer`, `is the issuer of the tenant ${holder.slug}`)
  }
}

/** RFC 8707 §2: scopes of resources that exist. Q19: introspection by clients that exist. */
function refuseUnknownNames(plan: TenantPlan, note: Note): void {
  const scopes = new Map(plan.storedResources.map((stored) => [stored.identifier, stored.scopes]))
  for (const { resource } of plan.seed.resources) scopes.set(resource.identifier, resource.scopes)
  for (const { path, resources } of plan.seed.clients)
    for (const [identifier, wanted] of Object.entries(resources)) {
      const unknown = wanted.filter((scope) => !scopes.get(identifier)?.includes(scope))
      const at = `${path}.resources.${identifier}`
      if (!scopes.has(identifier)) note(at, 'is not a resource of this tenant')
      else if (unknown.length > 0) note(at, `has no scope ${unknown.join(' ')}`)
    }

  const clients = [...plan.storedClients, ...plan.seed.clients]
  const ids = new Set<ClientId>(clients.map(({ clientId }) => clientId))
  for (const { path, resource } of plan.seed.resources)
    resource.introspectors.forEach((id, at) => {
      if (!ids.has(id)) note(`${path}.introspectors[${at}]`, 'is not a client of this tenant')
    })
}

/** Only those that would be set: see `Seed`. */
function refusePasswords(plan: TenantPlan, deps: SeedDeps, note: Note): void {
  for (const { seed, existing } of plan.users) {
    if (seed.password === undefined || existing) continue
    const problem = passwordProblem(seed.password, {
      minLength: plan.wanted.settings.password_min_length,
      context: contextWords(plan.wanted, seed),
      isCommon: deps.isCommonPassword,
    })
    if (problem !== undefined) note(`${seed.path}.password`, passwordAdvice(problem, plan.wanted))
  }
}

/** Why a password was refused, and what would not be. */
export function passwordAdvice(problem: PasswordProblem, { settings }: Tenant): string {
  const advice: Readonly<Record<PasswordProblem, string>> = {
    malformed: 'holds a character that cannot be kept',
    too_long: 'is too long',
    too_short: `is too short: at least ${settings.password_min_length} characters`,
    common: 'is one that many people choose: several unrelated words are better',
    context: 'is made of the names of the person or the service',
    breached: 'is known from a data breach',
  }
  return advice[problem]
}
