import type { Audit, AuditActor } from '#audit/audit.ts'
import type { Clock } from '#kit/clock.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import type { Transaction, Transactor } from '#storage/storage.ts'
import type {
  BuiltInClients,
  Client,
  ClientArtifactEnder,
  ClientStore,
  ResourceStore,
} from './client.ts'

export type ClientDeps = {
  readonly store: ClientStore
  readonly resources: ResourceStore
  readonly clock: Clock
  readonly audit: Audit
  readonly ender: ClientArtifactEnder
  readonly transactor: Transactor
  readonly builtIn?: BuiltInClients | undefined
}

/** What every change of a client needs. */
export type ChangeDeps = Pick<ClientDeps, 'store' | 'resources' | 'clock' | 'ender'> & {
  /** Joins the caller's transaction or opens one. */
  readonly inTransaction: <T>(
    caller: Transaction | undefined,
    work: (within: Transaction | undefined) => Promise<T>,
  ) => Promise<T>
  /** Audits a change in the transaction of the change. */
  readonly record: (
    client: Client,
    type: string,
    actor: AuditActor,
    within: Transaction | undefined,
  ) => Promise<void>
  /** Lets readers see a change; after it was committed. */
  readonly forget: (tenantId: TenantId, clientId: ClientId) => void
  /** Now, and later than `before`: whoever keeps what is built from a client compares `updatedAt`. */
  readonly after: (before: Date) => Date
}

export function createChangeDeps(deps: ClientDeps, forget: ChangeDeps['forget']): ChangeDeps {
  const { store, resources, clock, audit, ender, transactor } = deps
  return {
    store,
    resources,
    clock,
    ender,
    forget,
    inTransaction: (caller, work) => (caller ? work(caller) : transactor.transaction(work)),
    async record(client, type, actor, within) {
      const { tenantId, clientId } = client
      await audit.append({ tenantId, type, outcome: 'success', actor, clientId }, within)
    },
    after: (before) => new Date(Math.max(clock.now(), before.getTime() + 1)),
  }
}
