import type { AuditEvent } from '#audit/audit.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'

/**
 * What a person has allowed a client, remembered beyond the engine's short-lived grants (F14): one row for each
 * (account, client). A grant is built afresh from it at each authorization, never shared between sessions.
 */
export type Consent = {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  readonly clientId: ClientId
  readonly scopes: readonly string[]
  /** Claims asked for one by one with the `claims` parameter. */
  readonly claims: readonly string[]
  /** Scopes by resource indicator. */
  readonly resources: Readonly<Record<string, readonly string[]>>
  readonly grantedAt: Date
}

export type ConsentStore = {
  find(tenantId: TenantId, accountId: AccountId, clientId: ClientId): Promise<Consent | undefined>
  /** Everything this person has allowed, the latest first. */
  listOf(tenantId: TenantId, accountId: AccountId): Promise<readonly Consent[]>
  /** Inserts, or replaces the whole row. */
  put(consent: Consent, within?: Transaction): Promise<void>
  remove(
    tenantId: TenantId,
    accountId: AccountId,
    clientId: ClientId,
    within?: Transaction,
  ): Promise<boolean>
}

/** Use cases of the person who gave them. */
export type Consents = {
  listOf(tenantId: TenantId, accountId: AccountId): Promise<readonly Consent[]>
  /**
   * Takes back what this client was allowed, and ends what it got by it at once. False when it was allowed nothing. Rejects
   * with `Unavailable` when not everything was reached: calling again finishes the job.
   */
  revoke(
    consent: Pick<Consent, 'tenantId' | 'accountId' | 'clientId'>,
    by: Pick<AuditEvent, 'actor' | 'ip' | 'userAgent' | 'requestId'>,
  ): Promise<boolean>
}

/** What must end when a consent does. Implemented by `oidc`, called by the service. */
export type ConsentArtifactEnder = {
  /** Grants, refresh tokens, opaque access tokens and codes this client has of this account; its sessions stay. */
  endAccess(tenantId: TenantId, accountId: AccountId, clientId: ClientId): Promise<void>
}

/** What an authorization request asks for. */
export type ConsentRequest = Pick<Consent, 'scopes' | 'claims' | 'resources'>

/** The part of a request that was not allowed before. Empty lists mean there is nothing to ask. */
export function missingConsent(
  request: ConsentRequest,
  given: ConsentRequest | undefined,
): ConsentRequest {
  const without = (wanted: readonly string[], had: readonly string[] = []) =>
    wanted.filter((item) => !had.includes(item))
  const resources = Object.entries(request.resources)
    .map(
      ([indicator, scopes]) => [indicator, without(scopes, given?.resources[indicator])] as const,
    )
    .filter(([, scopes]) => scopes.length > 0)
  return {
    scopes: without(request.scopes, given?.scopes),
    claims: without(request.claims, given?.claims),
    resources: Object.fromEntries(resources),
  }
}

/** Adds what was just allowed to what was allowed before. */
export function mergeConsent(
  before: ConsentRequest | undefined,
  added: ConsentRequest,
): ConsentRequest {
  const union = (left: readonly string[] = [], right: readonly string[] = []) => [
    ...new Set([...left, ...right]),
  ]
  const indicators = union(Object.keys(before?.resources ?? {}), Object.keys(added.resources))
  return {
    scopes: union(before?.scopes, added.scopes),
    claims: union(before?.claims, added.claims),
    resources: Object.fromEntries(
      indicators.map((id) => [id, union(before?.resources[id], added.resources[id])]),
    ),
  }
}

export function isNothing(request: ConsentRequest): boolean {
  return (
    request.scopes.length === 0 &&
    request.claims.length === 0 &&
    Object.keys(request.resources).length === 0
  )
}
