import type { Audit, AuditEvent } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import { randomNumber } from '#kit/random.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type { ConnectionStatus } from '../federation.ts'
import { checkConnection, type CheckedConnection } from './check.ts'
import type {
  ConnectionAdministration,
  ConnectionStore,
  CreateConnection,
  SaveConnectionResult,
  StoredConnection,
  UpdateConnection,
} from './vocabulary.ts'
import { merged } from './document.ts'
import { claimProblems, writeClaims, type ClaimWork } from './domain/claims.ts'
import type { ConnectionDomain, DomainStore, DomainWish } from './domain/domain.ts'
import { managedOf } from './managed.ts'
import {
  changeProblems,
  endsTokens,
  eventOf,
  fieldsChanged,
  nextOf,
  sealSecret,
  withClientKey,
} from './next.ts'
import { needsSecret } from './rules.ts'
import { secretNames } from './settings.ts'

export type ChangeDeps = {
  readonly store: ConnectionStore
  readonly domains: DomainStore
  readonly sealer: Sealer
  readonly audit: Pick<Audit, 'append'>
  readonly transactor: Transactor
  readonly clock: Clock
  /** Forgets what people let us do elsewhere by a connection that keeps it no more, or is another's client by now. */
  readonly dropTokens: (
    tenantId: TenantId,
    id: ConnectionId,
    within: Transaction | undefined,
  ) => Promise<void>
  /** Lets readers see a change. */
  readonly forget: (tenantId: TenantId) => void
}

export function createConnectionChanges(
  deps: ChangeDeps,
): Pick<ConnectionAdministration, 'create' | 'update' | 'refresh' | 'remove'> {
  const { store, transactor, forget } = deps
  const inTransaction = <T>(
    caller: Transaction | undefined,
    work: (within: Transaction | undefined) => Promise<T>,
  ) => (caller ? work(caller) : transactor.transaction(work))

  return {
    async create(input, caller) {
      const { tenantId } = input
      const checked = checkConnection(input.document, input.origin)
      if (checked.outcome === 'invalid') return checked
      const result = await inTransaction(caller, (within) =>
        insert({ ...input, deps, within }, checked.connection),
      )
      forget(tenantId)
      return result
    },

    async update(input, caller) {
      const result = await inTransaction(caller, (within) => update({ ...input, deps, within }))
      forget(input.tenantId)
      return result
    },

    async refresh({ tenantId, id, actor }) {
      const refreshed = await transactor.transaction(async (within) => {
        const before = await store.find(tenantId, id, within)
        if (!before) return false
        await store.update({ ...before, version: before.version + 1 }, within)
        await record({ deps, tenantId, within, actor }, id, 'connection.refreshed')
        return true
      })
      forget(tenantId)
      return refreshed
    },

    async remove({ tenantId, id, actor }) {
      const removed = await transactor.transaction(async (within) => {
        const removed = await store.remove(tenantId, id, within)
        if (removed) await record({ deps, tenantId, within, actor }, id, 'connection.removed')
        return removed
      })
      forget(tenantId)
      return removed
    },
  }
}

/** Leaves a billion changes until the column is full. */
const mostFirst = 1_000_000_000

type Work = Pick<CreateConnection, 'tenantId' | 'origin' | 'actor'> & {
  readonly deps: ChangeDeps
  readonly within: Transaction | undefined
}

/**
 * Who writes the seed means what is written; an administrator tries a connection before people see it. An export holds no
 * secret: what it brings elsewhere waits for one.
 */
function firstStatus({ origin }: Work, { status, secret, ...wanted }: CheckedConnection) {
  const isWhole = secret !== undefined || !needsSecret(wanted.type, wanted.settings)
  if (status !== undefined && status !== 'active') return status
  if (origin === 'seed') return isWhole ? 'active' : 'draft'
  return status ?? 'draft'
}

async function insert(work: Work, checked: CheckedConnection): Promise<SaveConnectionResult> {
  const wanted = await withClientKey(undefined, checked)
  const { deps, within, tenantId } = work
  const { id, type, name, settings, secret } = wanted
  if (work.origin !== 'seed' && secret === undefined && needsSecret(type, settings))
    return secretMissing(type)
  const status: ConnectionStatus = firstStatus(work, wanted)
  const claims = await deps.domains.list(tenantId, undefined, within)
  const now = new Date(deps.clock.now())
  const domains = { tenantId, connectionId: id, wishes: wanted.domains ?? [], claims, now }
  const problems = claimProblems({ ...domains, origin: work.origin })
  if (problems.length > 0) return { outcome: 'invalid', problems }

  const sealedSecret = sealSecret(deps.sealer, { tenantId, id }, secret)
  const times = { createdAt: now, updatedAt: now }
  // SECURITY: what other processes keep of a removed connection of this id must not be taken for this one's: a secret would
  // go to the issuer before. No version is likely to come again.
  const version = randomNumber(mostFirst)
  const bare = { tenantId, id, type, name, status, settings, sealedSecret, version }
  if (!(await deps.store.insert({ ...bare, ...times }, within))) return { outcome: 'taken' }
  await record(work, id, 'connection.created', { type, status })
  await saveDomains(work, domains)
  return saved({ ...bare, ...times }, work, true)
}

async function update(work: Work & UpdateConnection): Promise<SaveConnectionResult> {
  const { deps, within, tenantId, id, version } = work
  const before = await deps.store.find(tenantId, id, within)
  if (!before) return { outcome: 'unknown' }
  if (version !== undefined && version !== before.version) return { outcome: 'overtaken' }
  const claims = await deps.domains.list(tenantId, undefined, within)
  const checked = checkConnection(
    merged(managedOf(before, claims, deps.sealer), work.write),
    work.origin,
  )
  if (checked.outcome === 'invalid') return checked
  const wanted = checked.connection
  const now = new Date(deps.clock.now())
  const wishes = wanted.domains ?? wishesOf(claims, id)
  const domains = { tenantId, connectionId: id, wishes, claims, now }
  const problems = [
    ...changeProblems(before, wanted, work.origin),
    ...claimProblems({ ...domains, origin: work.origin }),
  ]
  if (problems.length > 0) return { outcome: 'invalid', problems }

  const withKey = await withClientKey(before, wanted)
  const next = nextOf(before, withKey, { ...work, sealer: deps.sealer })
  const changed = fieldsChanged(before, next)
  const claimed = await saveDomains(work, domains)
  if (changed.length === 0 && claimed === 0) return saved(before, work, false)
  const connection = { ...next, version: before.version + 1, updatedAt: now }
  if (!(await deps.store.update(connection, within))) throw new Error('it was locked, and changed')
  if (endsTokens(before, next)) await deps.dropTokens(tenantId, id, within)
  await record(work, id, eventOf(before, next), { fields: changed })
  return saved(connection, work, true)
}

function secretMissing(type: CheckedConnection['type']): SaveConnectionResult {
  const problems = [{ field: secretNames[type] ?? '', message: 'is missing' }]
  return { outcome: 'invalid', problems }
}

function wishesOf(
  claims: readonly ConnectionDomain[],
  connectionId: StoredConnection['id'],
): readonly DomainWish[] {
  return claims
    .filter((claim) => claim.connectionId === connectionId)
    .map(({ domain, isEnforced }) => ({ domain, isEnforced, isProved: undefined }))
}

async function saveDomains(work: Work, domains: ClaimWork): Promise<number> {
  const { deps, within } = work
  const events = await writeClaims({ ...domains, store: deps.domains }, within)
  for (const { type, domain } of events) await record(work, domains.connectionId, type, { domain })
  return events.length
}

async function saved(
  connection: StoredConnection,
  { deps, within }: Work,
  isChanged: boolean,
): Promise<SaveConnectionResult> {
  const claims = await deps.domains.list(connection.tenantId, connection.id, within)
  return { outcome: 'saved', connection: managedOf(connection, claims, deps.sealer), isChanged }
}

async function record(
  { deps, tenantId, actor, within }: Pick<Work, 'deps' | 'tenantId' | 'actor' | 'within'>,
  id: ConnectionId,
  type: string,
  detail: AuditEvent['detail'] = {},
): Promise<void> {
  const event = { tenantId, type, outcome: 'success', actor } as const
  await deps.audit.append({ ...event, detail: { connection: id, ...detail } }, within)
}
