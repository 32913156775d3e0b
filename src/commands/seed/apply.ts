import { isDeepStrictEqual } from 'node:util'
import type { Account } from '#account/account.ts'
import type { Client, Resource } from '#client/client.ts'
import { isWaitingForSecret, type ManagedConnection } from '#federation/connection/connection.ts'
import { AppError } from '#kit/errors.ts'
import type { TenantId } from '#kit/ids.ts'
import { randomToken } from '#kit/random.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { checkSeed, noteFields, type Problems, type SeedFile } from './check.ts'
import { demoDataProblem } from './demo-data.ts'
import { passwordAdvice, planSeed, type Pair, type TenantPlan } from './plan.ts'
import { createReport, type Report } from './report.ts'
import {
  isAdmin,
  type SeedClient,
  type SeedConnection,
  type SeedDeps,
  type SeedReport,
  type SeedResource,
  type SeedUser,
} from './seed.ts'

const tries = 3

/**
 * Makes what the file says so, all of it or nothing; applying it again changes nothing. Throws `SeedInvalid` with every
 * problem of the file. See `Seed` for what it does not touch.
 */
export async function applySeed(file: SeedFile, deps: SeedDeps): Promise<SeedReport> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const { seed, problems } = checkSeed(file)
    const demo = demoDataProblem(file.text, deps.issuer)
    if (demo !== undefined) problems.note('', demo)
    const plans = await planSeed(seed, deps, problems.note)
    problems.settle()
    try {
      return await apply(plans, deps, problems)
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error
    }
  }
  throw new AppError({
    code: 'seed.overtaken',
    status: 409,
    message: 'Others change the same tenants at this moment. Apply the file again.',
  })
}

/** Several processes that start together apply the same file: who comes second looks again. */
class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

async function apply(
  plans: readonly TenantPlan[],
  deps: SeedDeps,
  problems: Problems,
): Promise<SeedReport> {
  const { report, tenants } = await deps.transactor.transaction(async (within) => {
    const report = createReport()
    const work: Work = { deps, problems, report, within }
    const tenants = new Map<TenantPlan, Tenant>()
    for (const plan of plans) tenants.set(plan, await writeTenant(plan, work))
    problems.settle()
    for (const [plan, tenant] of tenants) await writeContents(plan, tenant, work)
    problems.settle()
    return { report, tenants }
  })
  for (const [plan, tenant] of tenants) await finish(plan, tenant, { deps, report })
  return report.read()
}

type Work = {
  readonly deps: SeedDeps
  readonly problems: Problems
  readonly report: Report
  readonly within: Transaction | undefined
}

async function writeTenant(plan: TenantPlan, work: Work): Promise<Tenant> {
  const { seed, existing, wanted } = plan
  const { deps, problems, report, within } = work
  const entry = { kind: 'tenant', tenant: seed.slug, name: seed.slug } as const
  if (!existing) {
    const tenant = await createTenant(plan, work)
    await record('tenant.created', tenant.id, work)
    report.created(entry)
    return tenant
  }
  if (isDeepStrictEqual(existing, wanted)) {
    report.unchanged(entry)
    return existing
  }
  try {
    await deps.tenants.update(wanted, within)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    noteTexts(error.details ?? error.message, seed.path, problems)
    return existing
  }
  await record('tenant.updated', wanted.id, work)
  report.updated(entry)
  return wanted
}

async function createTenant({ seed, wanted }: TenantPlan, work: Work): Promise<Tenant> {
  const { deps, problems, within } = work
  const { slug, name, issuer, settings } = seed
  const result = await deps.tenants.create({ slug, name, issuer, settings }, within)
  if (result.outcome === 'taken') throw new Overtaken()
  if (result.outcome === 'invalid') {
    noteTexts(result.problems, seed.path, problems)
    return wanted
  }
  if (wanted.status === result.tenant.status) return result.tenant
  const disabled = { ...result.tenant, status: wanted.status }
  await deps.tenants.update(disabled, within)
  return disabled
}

function noteTexts(details: unknown, path: string, { note }: Problems): void {
  for (const text of Array.isArray(details) ? details : [details]) note(path, String(text))
}

async function record(type: string, tenantId: TenantId, { deps, within }: Work): Promise<void> {
  await deps.audit.append({ tenantId, type, outcome: 'success', actor: deps.actor }, within)
}

async function writeContents(plan: TenantPlan, tenant: Tenant, work: Work): Promise<void> {
  for (const pair of plan.resources) await writeResource(pair, tenant, work)
  for (const pair of plan.clients) await writeClient(pair, tenant, work)
  for (const pair of plan.connections) await writeConnection(pair, tenant, work)
  for (const pair of plan.users) await writeUser(pair, tenant, work)
}

async function writeResource(
  { seed, existing }: Pair<SeedResource, Resource>,
  tenant: Tenant,
  { deps, report, within }: Work,
): Promise<void> {
  const resource: Resource = { ...seed.resource, tenantId: tenant.id }
  const entry = { kind: 'resource', tenant: tenant.slug, name: resource.identifier } as const
  if (isDeepStrictEqual(existing, resource)) return report.unchanged(entry)
  await deps.clients.putResource(resource, within)
  return existing ? report.updated(entry) : report.created(entry)
}

async function writeClient(
  { seed, existing }: Pair<SeedClient, Client>,
  tenant: Tenant,
  { deps, problems, report, within }: Work,
): Promise<void> {
  const { clientId, input: metadata, path } = seed
  const input = { tenantId: tenant.id, origin: 'seed', metadata, actor: deps.actor } as const
  const result = existing
    ? await deps.clients.replace({ ...input, clientId }, within)
    : await deps.clients.create(input, within)
  if (result.outcome === 'invalid') return noteFields(result.problems, path, problems.note)
  if (result.outcome !== 'saved') throw new Overtaken()

  const named = { tenant: tenant.slug, name: clientId }
  if (result.secret !== undefined)
    report.generated({ ...named, kind: 'client_secret', value: result.secret })
  const entry = { ...named, kind: 'client' } as const
  if (!existing) return report.created(entry)
  const isSame = result.client.updatedAt.getTime() === existing.updatedAt.getTime()
  return isSame ? report.unchanged(entry) : report.updated(entry)
}

async function writeConnection(
  { seed, existing }: Pair<SeedConnection, ManagedConnection>,
  tenant: Tenant,
  { deps, problems, report, within }: Work,
): Promise<void> {
  const { id, document, path } = seed
  const input = { tenantId: tenant.id, origin: 'seed', actor: deps.actor } as const
  const result = existing
    ? await deps.connections.update({ ...input, id, write: { kind: 'document', document } }, within)
    : await deps.connections.create({ ...input, document }, within)
  if (result.outcome === 'invalid') return noteFields(result.problems, path, problems.note)
  if (result.outcome !== 'saved') throw new Overtaken()

  const entry = { kind: 'connection', tenant: tenant.slug, name: id } as const
  if (isWaitingForSecret(result.connection)) report.withoutSecret(entry)
  if (!existing) return report.created(entry)
  return result.isChanged ? report.updated(entry) : report.unchanged(entry)
}

async function writeUser(
  { seed, existing }: Pair<SeedUser, Account>,
  tenant: Tenant,
  work: Work,
): Promise<void> {
  if (!existing) return createUser(seed, tenant, work)
  const { deps, report, within } = work
  const entry = userEntry(seed, tenant)
  if (seed.password !== undefined || seed.passwordHash !== undefined) report.passwordKept(entry)
  const wanted: Account = {
    ...existing,
    profile: { ...existing.profile, ...seed.profile },
    roles: seed.roles ?? existing.roles,
    groups: seed.groups ?? existing.groups,
    emailVerified: seed.emailVerified ?? existing.emailVerified,
  }
  if (existing.status === 'deleted' || isDeepStrictEqual(existing, wanted))
    return report.unchanged(entry)
  await deps.accounts.update(wanted, deps.actor, within)
  return report.updated(entry)
}

async function createUser(seed: SeedUser, tenant: Tenant, work: Work): Promise<void> {
  const { deps, problems, report, within } = work
  const { email, emailVerified = false, profile, roles = [], groups = [] } = seed
  const facts = { tenantId: tenant.id, email, emailVerified, profile, roles, groups }
  const result = await deps.accounts.create({ ...facts, actor: deps.actor }, within)
  if (result.outcome === 'email_taken') throw new Overtaken()
  if (result.outcome === 'email_invalid')
    return problems.note(`${seed.path}.email`, 'is not a usable e-mail address')
  const { account } = result
  report.created(userEntry(seed, tenant))
  await writePassword(seed, { tenant, account }, work)
}

async function writePassword(
  seed: SeedUser,
  whose: { readonly tenant: Tenant; readonly account: Account },
  { deps, problems, report, within }: Work,
): Promise<void> {
  const { passwords, actor } = deps
  const { tenant, account } = whose
  if (seed.passwordHash !== undefined) {
    const input = { ...whose, hash: seed.passwordHash, actor }
    const imported = await passwords.importHash(input, within)
    if (imported.outcome === 'refused') problems.note(`${seed.path}.password_hash`, imported.reason)
    return
  }
  const needsOne = isAdmin(account) && seed.status === undefined
  const password = seed.password ?? (needsOne ? generatePassword(tenant) : undefined)
  if (password === undefined) return
  const set = await passwords.setPassword({ ...whose, password, actor }, within)
  if (set.outcome === 'refused')
    return problems.note(`${seed.path}.password`, passwordAdvice(set.reason, tenant))
  if (seed.password === undefined)
    report.generated({ kind: 'password', tenant: tenant.slug, name: seed.email, value: password })
}

/** At least 120 bits, and as long as the tenant wants it. */
export function generatePassword({ settings }: Pick<Tenant, 'settings'>): string {
  return randomToken(Math.max(15, settings.password_min_length))
}

/**
 * What cannot be part of the transaction: ending what was issued to whom is disabled, and drawing a new tenant's keys
 * before its first request waits for them. Cut short, the next application goes on here.
 */
async function finish(
  plan: TenantPlan,
  tenant: Tenant,
  { deps, report }: Pick<Work, 'deps' | 'report'>,
): Promise<void> {
  const { clients, accounts, keys } = deps
  if (!plan.existing) await keys.keySet(tenant.id)
  for (const { seed, existing } of plan.clients) {
    if (seed.status === undefined || existing?.status === 'disabled') continue
    await clients.setStatus(tenant.id, seed.clientId, 'disabled', deps.actor)
    report.changed({ kind: 'client', tenant: tenant.slug, name: seed.clientId })
  }
  for (const { seed, existing } of plan.users) {
    if (seed.status === undefined || (existing && existing.status !== 'active')) continue
    const account = await accounts.findByEmail(tenant.id, seed.email.trim())
    if (account) await accounts.setStatus(tenant.id, account.id, 'disabled', deps.actor)
    report.changed(userEntry(seed, tenant))
  }
}

function userEntry(seed: SeedUser, tenant: Tenant) {
  return { kind: 'user', tenant: tenant.slug, name: seed.email } as const
}
