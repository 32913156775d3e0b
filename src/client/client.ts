import type { ClientId, TenantId } from '#kit/ids.ts'
import type { Transaction } from '#storage/storage.ts'
import type { ClientMetadata } from './metadata.ts'

export type { ClientMetadata } from './metadata.ts'

/** A relying party, as stored. The secret is not here: see `secretHashes`. */
export type Client = {
  readonly tenantId: TenantId
  readonly clientId: ClientId
  /** RFC 7591 names plus the few of ours; always as the validator returned it. */
  readonly metadata: ClientMetadata
  /** SHA-256 of each live secret, newest first; two while one is being replaced (Q22). */
  readonly secretHashes: readonly string[]
  readonly status: ClientStatus
  /** How it came here. A dynamically registered client is untrusted: consent is always asked (Q9). */
  readonly origin: ClientOrigin
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type ClientStatus = 'active' | 'disabled'
export type ClientOrigin = 'seed' | 'cli' | 'registration' | 'api'

/** Port. Finders return disabled clients too. */
export type ClientStore = {
  find(tenantId: TenantId, clientId: ClientId, within?: Transaction): Promise<Client | undefined>
  list(tenantId: TenantId, within?: Transaction): Promise<readonly Client[]>
  /** False when the id is taken in this tenant. */
  insert(client: Client, within?: Transaction): Promise<boolean>
  /** Replaces everything but the id, origin and createdAt; false when there is none. */
  update(client: Client, within?: Transaction): Promise<boolean>
  remove(tenantId: TenantId, clientId: ClientId, within?: Transaction): Promise<boolean>
}

/** An API whose tokens this tenant issues (RFC 8707). */
export type Resource = {
  readonly tenantId: TenantId
  /** The resource indicator: an absolute URI without fragment; becomes `aud`. */
  readonly identifier: string
  readonly name: string | undefined
  readonly scopes: readonly string[]
  /** Clients that may introspect this resource's tokens besides their owners (Q19). */
  readonly introspectors: readonly ClientId[]
  readonly accessTokenFormat: 'jwt' | 'opaque'
  /** Seconds; at most 600 for `jwt`, 3600 for `opaque` (Q12). */
  readonly accessTokenTtl: number
}

export type ResourceStore = {
  find(tenantId: TenantId, identifier: string, within?: Transaction): Promise<Resource | undefined>
  list(tenantId: TenantId, within?: Transaction): Promise<readonly Resource[]>
  /** Inserts or replaces. */
  put(resource: Resource, within?: Transaction): Promise<void>
}

/** Use cases. Reads are cached for at most a second; a change made in this process is seen at once. */
export type Clients = {
  find(tenantId: TenantId, clientId: ClientId): Promise<Client | undefined>
  list(tenantId: TenantId): Promise<readonly Client[]>
  findResource(tenantId: TenantId, identifier: string): Promise<Resource | undefined>
  listResources(tenantId: TenantId): Promise<readonly Resource[]>
  putResource(resource: Resource, within?: Transaction): Promise<void>
  /** Validates with the one validator, draws an id and, for a confidential client without keys, a secret shown once. */
  create(input: CreateClient, within?: Transaction): Promise<CreateClientResult>
  /** Replaces the metadata of a client after validating it. */
  replace(
    input: CreateClient & { readonly clientId: ClientId },
    within?: Transaction,
  ): Promise<CreateClientResult>
  /** A new secret beside the current one; the one before that dies. Undefined when there is no such confidential client. */
  rotateSecret(tenantId: TenantId, clientId: ClientId): Promise<string | undefined>
  setStatus(tenantId: TenantId, clientId: ClientId, status: ClientStatus): Promise<boolean>
  remove(tenantId: TenantId, clientId: ClientId): Promise<boolean>
}

export type CreateClient = {
  readonly tenantId: TenantId
  readonly origin: ClientOrigin
  /** RFC 7591 metadata, not yet validated. May carry `client_id` and `client_secret` (seed and import only). */
  readonly metadata: unknown
}

export type CreateClientResult =
  | { readonly outcome: 'saved'; readonly client: Client; readonly secret: string | undefined }
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'invalid'; readonly problems: readonly ClientProblem[] }

export type ClientProblem = {
  /** The metadata name, such as `redirect_uris[0]`. */
  readonly field: string
  /** RFC 7591 §3.2.2. */
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly message: string
}

/** What must end when a client is disabled or removed. Implemented by `oidc`, called by the service. */
export type ClientArtifactEnder = {
  /** Grants, refresh tokens, opaque access tokens, codes and device codes of this client. */
  endClient(tenantId: TenantId, clientId: ClientId): Promise<void>
}
