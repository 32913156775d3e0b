import { brandId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type {
  Acr,
  Client,
  ClientMetadata,
  ClientOrigin,
  ClientStatus,
  ClientStore,
  Resource,
  ResourceStore,
} from './client.ts'

type ClientRow = {
  tenant_id: string
  client_id: string
  metadata: unknown
  secret_hashes: readonly string[]
  status: ClientStatus
  origin: ClientOrigin
  created_at: Date
  updated_at: Date
}

export function createPostgresClientStore(deps: { readonly database: Database }): ClientStore {
  const { knex } = deps.database

  return {
    async find(tenantId, clientId, within) {
      const place = { tenant_id: tenantId, client_id: clientId }
      const query = (within ?? knex)<ClientRow>('clients').where(place).first()
      const row = await (within ? query.forNoKeyUpdate() : query)
      return row && fromClientRow(row)
    },

    async list(tenantId, within) {
      const rows = await (within ?? knex)<ClientRow>('clients')
        .where({ tenant_id: tenantId })
        .orderByRaw('client_id COLLATE "C"')
      return rows.map(fromClientRow)
    },

    async insert(client, within) {
      const rows = await (within ?? knex)<ClientRow>('clients')
        .insert({
          ...changeable(client),
          tenant_id: client.tenantId,
          client_id: client.clientId,
          origin: client.origin,
          created_at: client.createdAt,
        })
        .onConflict(['tenant_id', 'client_id'])
        .ignore()
        .returning('client_id')
      return rows.length === 1
    },

    async update(client, within) {
      const changed = await (within ?? knex)<ClientRow>('clients')
        .where({ tenant_id: client.tenantId, client_id: client.clientId })
        .update(changeable(client))
      return changed === 1
    },

    async remove(tenantId, clientId, within) {
      const removed = await (within ?? knex)<ClientRow>('clients')
        .where({ tenant_id: tenantId, client_id: clientId })
        .delete()
      return removed === 1
    },
  }
}

function changeable(client: Client) {
  return {
    metadata: JSON.stringify(client.metadata),
    secret_hashes: [...client.secretHashes],
    status: client.status,
    updated_at: client.updatedAt,
  }
}

function fromClientRow(row: ClientRow): Client {
  return {
    tenantId: brandId(row.tenant_id),
    clientId: brandId(row.client_id),
    metadata: row.metadata as ClientMetadata, // written by the validator's hand only
    secretHashes: row.secret_hashes,
    status: row.status,
    origin: row.origin,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

type ResourceRow = {
  tenant_id: string
  identifier: string
  name: string | null
  scopes: readonly string[]
  introspectors: readonly string[]
  access_token_format: Resource['accessTokenFormat']
  access_token_ttl: number
  minimum_acr: Acr | null
}

export function createPostgresResourceStore(deps: { readonly database: Database }): ResourceStore {
  const { knex } = deps.database

  return {
    async find(tenantId, identifier, within) {
      const row = await (within ?? knex)<ResourceRow>('resources')
        .where({ tenant_id: tenantId, identifier })
        .first()
      return row && fromResourceRow(row)
    },

    async list(tenantId, within) {
      const rows = await (within ?? knex)<ResourceRow>('resources')
        .where({ tenant_id: tenantId })
        .orderByRaw('identifier COLLATE "C"')
      return rows.map(fromResourceRow)
    },

    async put(resource, within) {
      await (within ?? knex)<ResourceRow>('resources')
        .insert({
          tenant_id: resource.tenantId,
          identifier: resource.identifier,
          name: resource.name ?? null,
          scopes: [...resource.scopes],
          introspectors: [...resource.introspectors],
          access_token_format: resource.accessTokenFormat,
          access_token_ttl: resource.accessTokenTtl,
          minimum_acr: resource.minimumAcr ?? null,
        })
        .onConflict(['tenant_id', 'identifier'])
        .merge()
    },
  }
}

function fromResourceRow(row: ResourceRow): Resource {
  return {
    tenantId: brandId(row.tenant_id),
    identifier: row.identifier,
    name: row.name ?? undefined,
    scopes: row.scopes,
    introspectors: row.introspectors.map((id) => brandId(id)),
    accessTokenFormat: row.access_token_format,
    accessTokenTtl: row.access_token_ttl,
    minimumAcr: row.minimum_acr ?? undefined,
  }
}
