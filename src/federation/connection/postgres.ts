import type { Knex } from 'knex'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { ConnectionStatus, ConnectionType } from '../federation.ts'
import type { ConnectionStore, StoredConnection } from './vocabulary.ts'
import { readSettings } from './settings.ts'

type Row = {
  tenant_id: string
  id: string
  name: string
  type: ConnectionType
  status: ConnectionStatus
  settings: unknown
  sealed_secret: string | null
  version: number
  created_at: Date
  updated_at: Date
}

export function createPostgresConnectionStore(deps: {
  readonly database: Database
}): ConnectionStore {
  const { knex } = deps.database
  const connections = (within: Knex | undefined) => (within ?? knex)<Row>('connections')

  return {
    async find(tenantId, id, within) {
      const query = connections(within).where(keyOf({ tenantId, id })).first()
      const row = await (within ? query.forNoKeyUpdate() : query)
      return row && fromRow(row)
    },

    async list(tenantId, within) {
      const rows = await connections(within)
        .where({ tenant_id: tenantId })
        .orderByRaw('id COLLATE "C"')
      return rows.map(fromRow)
    },

    async listActive(type) {
      return (await connections(undefined).where({ type, status: 'active' })).map(fromRow)
    },

    async insert(connection, within) {
      const rows = await connections(within)
        .insert({
          ...keyOf(connection),
          ...changeable(connection),
          type: connection.type,
          version: connection.version,
          created_at: connection.createdAt,
        })
        .onConflict(['tenant_id', 'id'])
        .ignore()
        .returning('id')
      return rows.length === 1
    },

    async update(connection, within) {
      const { version } = connection
      const changed = await connections(within)
        .where({ ...keyOf(connection), version: version - 1 })
        .update({ ...changeable(connection), version })
      return changed === 1
    },

    async remove(tenantId, id, within) {
      return (await connections(within).where(keyOf({ tenantId, id })).delete()) === 1
    },
  }
}

function keyOf({ tenantId, id }: { readonly tenantId: TenantId; readonly id: ConnectionId }) {
  return { tenant_id: tenantId, id }
}

function changeable({ name, status, settings, sealedSecret, updatedAt }: StoredConnection) {
  return {
    name,
    status,
    settings: JSON.stringify(settings),
    sealed_secret: sealedSecret ?? null,
    updated_at: updatedAt,
  }
}

function fromRow(row: Row): StoredConnection {
  return {
    tenantId: brandId(row.tenant_id),
    id: brandId(row.id),
    name: row.name,
    type: row.type,
    status: row.status,
    settings: readSettings(row.type, row.settings),
    version: row.version,
    sealedSecret: row.sealed_secret ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
