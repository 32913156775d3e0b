import type { AuditActor } from '#audit/audit.ts'
import { equalInConstantTime, sha256 } from '#kit/hash.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { ClientMetadata, ClientOrigin, ClientProblem } from './metadata.ts'
import type { Resource } from './resource.ts'

export * from './acr.ts'
export { checkClientMetadata, privilegedNames } from './check.ts'
export type { CheckedMetadata } from './check.ts'
export { accountCallbackOf, accountClientId, accountClientSecret } from './my-account.ts'
export { identityScopes } from './metadata.ts'
export type { ClientMetadata, ClientOrigin, ClientProblem } from './metadata.ts'
export { checkResource } from './resource.ts'
export type { CheckedResource, Resource } from './resource.ts'

/** A relying party, as stored. The secret is not here: see `secretHashes`. */
export type Client = {
  readonly tenantId: TenantId
  readonly clientId: ClientId
  /** RFC 7591 names plus the few of ours; always as the validator returned it. */
  readonly metadata: ClientMetadata
  /** SHA-256 of each live secret, newest first; two while one is being replaced (Q22). */
  readonly secretHashes: readonly string[]
  readonly status: ClientStatus
  readonly origin: ClientOrigin
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type ClientStatus = 'active' | 'disabled'

/** True when the client authenticates with a secret. */
export function hasSecret(client: Pick<Client, 'metadata'>): boolean {
  return client.metadata.token_endpoint_auth_method.startsWith('client_secret')
}

/** True for the tenant's own front ends that may take passwords and call the JSON API; nobody gets there by registering. */
export function mayUseApi({ metadata, origin }: Pick<Client, 'metadata' | 'origin'>): boolean {
  return metadata.api_login && metadata.first_party && origin !== 'registration'
}

/** True when `presented` is one of the client's live secrets (Q22). */
export function verifySecret(
  client: Pick<Client, 'metadata' | 'secretHashes'>,
  presented: string,
): boolean {
  if (!hasSecret(client) || presented.length > 1024) return false
  const digest = sha256(presented)
  // SECURITY: all are compared, so that the time does not tell which one it was or how far it agreed.
  return client.secretHashes.map((known) => equalInConstantTime(known, digest)).includes(true)
}

/** Port. Finders return disabled clients too. */
export type ClientStore = {
  /** Within a transaction the client stays locked until it ends: what is read may be changed and written back. */
  find(tenantId: TenantId, clientId: ClientId, within?: Transaction): Promise<Client | undefined>
  list(tenantId: TenantId, within?: Transaction): Promise<readonly Client[]>
  /** False when the id is taken in this tenant. */
  insert(client: Client, within?: Transaction): Promise<boolean>
  /** Replaces everything but the id, origin and createdAt; false when there is none. */
  update(client: Client, within?: Transaction): Promise<boolean>
  remove(tenantId: TenantId, clientId: ClientId, within?: Transaction): Promise<boolean>
}

export type ResourceStore = {
  find(tenantId: TenantId, identifier: string, within?: Transaction): Promise<Resource | undefined>
  list(tenantId: TenantId, within?: Transaction): Promise<readonly Resource[]>
  /** Inserts or replaces. */
  put(resource: Resource, within?: Transaction): Promise<void>
}

/** The client a tenant has without a row: see `built-in.ts`. Undefined where there is no such tenant. */
export type BuiltInClients = (tenantId: TenantId) => Promise<Client | undefined>

/** Use cases. Reads are cached for at most a second; a change made in this process is seen at once. */
export type Clients = {
  find(tenantId: TenantId, clientId: ClientId): Promise<Client | undefined>
  list(tenantId: TenantId): Promise<readonly Client[]>
  findResource(tenantId: TenantId, identifier: string): Promise<Resource | undefined>
  listResources(tenantId: TenantId): Promise<readonly Resource[]>
  putResource(resource: Resource, within?: Transaction): Promise<void>
  /** Validates with the one validator, draws an id and, for a confidential client without keys, a secret shown once. */
  create(input: CreateClient, within?: Transaction): Promise<CreateClientResult>
  /**
   * Replaces the metadata of a client after validating it. A secret that is live already changes nothing; another one
   * takes the place of all. The client's own update (RFC 7592) keeps what only we may grant it.
   */
  replace(
    input: CreateClient & { readonly clientId: ClientId },
    within?: Transaction,
  ): Promise<CreateClientResult>
  /** A new secret beside the current one; the one before that dies. Undefined when there is no such confidential client. */
  rotateSecret(
    tenantId: TenantId,
    clientId: ClientId,
    actor?: AuditActor,
  ): Promise<string | undefined>
  /** Disabling also ends what was issued to it. False when there is no such client. */
  setStatus(
    tenantId: TenantId,
    clientId: ClientId,
    status: ClientStatus,
    actor?: AuditActor,
  ): Promise<boolean>
  /** Disables, ends what was issued, forgets. Asked again after a failure, it goes on where it stopped. */
  remove(tenantId: TenantId, clientId: ClientId, actor?: AuditActor): Promise<boolean>
}

export type CreateClient = {
  readonly tenantId: TenantId
  readonly origin: ClientOrigin
  /**
   * RFC 7591 metadata, not yet validated. May carry `client_id` and `client_secret`: a seed's own, or at registration
   * those the engine drew. Never what a caller of the API chose.
   */
  readonly metadata: unknown
  readonly actor?: AuditActor | undefined
}

export type CreateClientResult =
  | { readonly outcome: 'saved'; readonly client: Client; readonly secret: string | undefined }
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'invalid'; readonly problems: readonly ClientProblem[] }

/** What must end when a client is disabled or removed. Implemented by `oidc`, called by the service. */
export type ClientArtifactEnder = {
  /** Grants, refresh tokens, opaque access tokens, codes and device codes of this client. */
  endClient(tenantId: TenantId, clientId: ClientId): Promise<void>
}
