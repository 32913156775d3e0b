import type { AccountId, ClientId, RequestId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/**
 * One thing that happened and who did it (Q91). Never holds a secret, a code or a token. With an `accountId`, everything
 * but type, outcome, kind of actor and client is kept apart, so that it can be erased with the person.
 */
export type AuditEvent = {
  readonly tenantId: TenantId
  /** `room.what`, such as `login.succeeded`, `account.disabled`, `oidc.refresh_token_reused`. */
  readonly type: string
  readonly outcome: 'success' | 'failure'
  /** Who acted: a person, a client, the command line, or the system itself. */
  readonly actor: AuditActor
  readonly accountId?: AccountId | undefined
  readonly clientId?: ClientId | undefined
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
  readonly requestId?: RequestId | undefined
  /** Why it failed, what changed: small, allow-listed, JSON. */
  readonly detail?: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

export type AuditActor =
  | { readonly kind: 'account'; readonly id: AccountId }
  | { readonly kind: 'client'; readonly id: ClientId }
  | { readonly kind: 'cli' | 'system' | 'anonymous' }

/**
 * Port and service in one: append-only, hash-chained per tenant. Give `within` so that the event stands or falls with
 * the change it tells of; the chain's head is locked until that transaction ends.
 */
export type Audit = {
  append(event: AuditEvent, within?: Transaction): Promise<void>
  /** Newest first. */
  list(tenantId: TenantId, options: { readonly limit: number }): Promise<readonly RecordedEvent[]>
  /** What is about this account, newest first. */
  listOf(
    tenantId: TenantId,
    accountId: AccountId,
    options: { readonly since: Date; readonly limit: number },
  ): Promise<readonly RecordedEvent[]>
  /** Of the newest `limit` about this account since then: how many there are, and how many of them are of a kind. */
  countOf(
    tenantId: TenantId,
    accountId: AccountId,
    options: Pick<AuditEvent, 'type' | 'outcome'> & {
      readonly since: Date
      readonly limit: number
    },
  ): Promise<{ readonly found: number; readonly counted: number }>
  /**
   * Erases who the events of this account are about: its id, addresses, browsers and details. What happened and when
   * stays, and the chain as it is: it never held more of the person than a salted hash.
   */
  forget(tenantId: TenantId, accountId: AccountId, within?: Transaction): Promise<void>
  /** Recomputes the chain; false when a row was changed, removed or put in between. */
  verify(tenantId: TenantId): Promise<boolean>
}

export type RecordedEvent = AuditEvent & {
  readonly sequence: number
  readonly at: Date
  /** base64url SHA-256 over the previous hash and this event. */
  readonly hash: string
}
