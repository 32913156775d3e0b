import type { Knex } from 'knex'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { KeptKey, KeptMetadata, SamlStore } from './saml.ts'

type MetadataRow = {
  tenant_id: string
  connection_id: string
  url: string
  entity_id: string
  xml: string
  fetched_at: Date
  xml_before: string | null
  replaced_at: Date | null
}

type KeyRow = {
  tenant_id: string
  connection_id: string
  sealed_private_key: string
  certificate: string
  created_at: Date
}

export function createPostgresSamlStore({ database }: { readonly database: Database }): SamlStore {
  const { knex } = database
  const keyOf = (tenantId: TenantId, id: ConnectionId) => ({
    tenant_id: tenantId,
    connection_id: id,
  })

  /** Waits for who removes the connection; false when they did. */
  async function isThere(tenantId: TenantId, id: ConnectionId, within: Knex): Promise<boolean> {
    const connections = within('connections').where({ tenant_id: tenantId, id })
    return (await connections.forKeyShare().first('id')) !== undefined
  }

  return {
    async findMetadata(tenantId, id) {
      const row = await knex<MetadataRow>('saml_metadata').where(keyOf(tenantId, id)).first()
      return row && metadataFrom(row)
    },

    saveMetadata: (kept) =>
      knex.transaction(async (within) => {
        if (!(await isThere(kept.tenantId, kept.connectionId, within))) return false
        const row = { ...keyOf(kept.tenantId, kept.connectionId), ...metadataRow(kept) }
        await within<MetadataRow>('saml_metadata')
          .insert(row)
          .onConflict(['tenant_id', 'connection_id'])
          .merge()
        return true
      }),

    async noteCertificate({ tenantId, connectionId, fingerprint, days }, within) {
      const rows = await (within ?? knex)('saml_certificate_notices')
        .insert({ ...keyOf(tenantId, connectionId), fingerprint, days })
        .onConflict(['tenant_id', 'connection_id', 'fingerprint', 'days'])
        .ignore()
        .returning('days')
      return rows.length === 1
    },

    async findKey(tenantId, id) {
      const row = await knex<KeyRow>('saml_keys').where(keyOf(tenantId, id)).first()
      return row && keyFrom(row)
    },

    addKey: (key) =>
      knex.transaction(async (within) => {
        if (!(await isThere(key.tenantId, key.connectionId, within))) return
        await within<KeyRow>('saml_keys')
          .insert({
            ...keyOf(key.tenantId, key.connectionId),
            sealed_private_key: key.sealedPrivateKey,
            certificate: key.certificate,
            created_at: key.createdAt,
          })
          .onConflict(['tenant_id', 'connection_id'])
          .ignore()
      }),
  }
}

function metadataRow({ url, entityId, xml, fetchedAt, before }: KeptMetadata) {
  return {
    url,
    entity_id: entityId,
    xml,
    fetched_at: fetchedAt,
    xml_before: before?.xml ?? null,
    replaced_at: before?.replacedAt ?? null,
  }
}

function metadataFrom(row: MetadataRow): KeptMetadata {
  const { xml_before: xml, replaced_at: replacedAt } = row
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    connectionId: brandId<ConnectionId>(row.connection_id),
    url: row.url,
    entityId: row.entity_id,
    xml: row.xml,
    fetchedAt: row.fetched_at,
    before: xml !== null && replacedAt !== null ? { xml, replacedAt } : undefined,
  }
}

function keyFrom(row: KeyRow): KeptKey {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    connectionId: brandId<ConnectionId>(row.connection_id),
    sealedPrivateKey: row.sealed_private_key,
    certificate: row.certificate,
    createdAt: row.created_at,
  }
}
