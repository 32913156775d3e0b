import type { JWK } from 'jose'
import type { AuditActor } from '#audit/audit.ts'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { Connection, Connections, ConnectionType, Health } from '../federation.ts'
import type { ConnectionDomain } from './domain/domain.ts'
import type { AnySettings } from './settings.ts'

/** As stored. */
export type StoredConnection = Connection<AnySettings> & {
  /** At `[tenant, 'connections', 'sealed_secret', id]`. */
  readonly sealedSecret: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What an administrator sees. */
export type ManagedConnection = Omit<StoredConnection, 'sealedSecret'> & {
  readonly hasSecret: boolean
  /** Of ours, where we prove who we are over there by a key: what the other side verifies with. */
  readonly publicKeys: readonly JWK[]
  readonly domains: readonly ConnectionDomain[]
}

/** Port. */
export type ConnectionStore = {
  /** Within a transaction the connection stays locked until it ends. */
  find(
    tenantId: TenantId,
    id: ConnectionId,
    within?: Transaction,
  ): Promise<StoredConnection | undefined>
  /** In the order of the ids. */
  list(tenantId: TenantId, within?: Transaction): Promise<readonly StoredConnection[]>
  /** Of every tenant, the active ones of a type. */
  listActive(type: ConnectionType): Promise<readonly StoredConnection[]>
  /** False when the id is taken in this tenant. */
  insert(connection: StoredConnection, within?: Transaction): Promise<boolean>
  /** Replaces everything but id, type and `createdAt`, where `version` is still the one before; false otherwise. */
  update(connection: StoredConnection, within?: Transaction): Promise<boolean>
  /** With its domains. False when there is none. */
  remove(tenantId: TenantId, id: ConnectionId, within?: Transaction): Promise<boolean>
}

/** Who wrote a document: only who runs the installation may say that a domain is proved. */
export type ConnectionOrigin = 'seed' | 'cli' | 'api'

/** What is wrong with a field. */
export type ConnectionProblem = { readonly field: string; readonly message: string }

/** What administrators do. A change is audited, falls with its audit event, and is seen at once in this process. */
export type ConnectionAdministration = {
  list(tenantId: TenantId): Promise<readonly ManagedConnection[]>
  show(tenantId: TenantId, id: ConnectionId): Promise<ManagedConnection | undefined>
  create(input: CreateConnection, within?: Transaction): Promise<SaveConnectionResult>
  update(input: UpdateConnection, within?: Transaction): Promise<SaveConnectionResult>
  /**
   * Everybody reads anew what they keep of the other side, in every process: the connection has another version. Whoever is
   * away at that moment begins again. False when there is none.
   */
  refresh(input: NamedConnection): Promise<boolean>
  /** False when there is none. What hangs on it goes with it: domains, and the identities that came by it. */
  remove(input: NamedConnection): Promise<boolean>
}

export type NamedConnection = {
  readonly tenantId: TenantId
  readonly id: ConnectionId
  readonly actor: AuditActor
}

export type CreateConnection = {
  readonly tenantId: TenantId
  /** In the names of a seed file, not yet checked. */
  readonly document: unknown
  readonly origin: ConnectionOrigin
  readonly actor: AuditActor
}

export type UpdateConnection = {
  readonly tenantId: TenantId
  readonly id: ConnectionId
  readonly origin: ConnectionOrigin
  readonly actor: AuditActor
  /**
   * `document`: all of it; what it leaves out has its default, but for domains, status and secret, which stay as they are.
   * `changes`: some of it, null for a default (RFC 7396).
   */
  readonly write:
    | { readonly kind: 'document'; readonly document: unknown }
    | { readonly kind: 'changes'; readonly changes: unknown }
  /** Refused unless it is still at this version. */
  readonly version?: number | undefined
}

export type SaveConnectionResult =
  | {
      readonly outcome: 'saved'
      readonly connection: ManagedConnection
      /** False when it said what was so already: nothing was written. */
      readonly isChanged: boolean
    }
  | { readonly outcome: 'taken' | 'unknown' | 'overtaken' }
  | { readonly outcome: 'invalid'; readonly problems: readonly ConnectionProblem[] }

/** One object of the room: what signs people in by it, and what is done about it. */
export type ConnectionService = Connections & ConnectionAdministration

/** How a connection is: what its protocol tells of the other side, and what stands here. Never rejects. */
export type ConnectionHealth = (
  connection: ManagedConnection,
  options: { readonly refresh: boolean },
) => Promise<Health>
