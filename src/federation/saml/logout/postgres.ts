import { brandId, type AccountId, type SessionUid } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { SamlSessionStore } from './logout.ts'

// both rows are held until this one stands: a removal that waits takes it along
const insert = `
  INSERT INTO saml_sessions (tenant_id, session_uid, connection_id, name_key, index_key, account_id)
  SELECT s.tenant_id, s.uid, c.id, ?, ?, s.account_id
  FROM sessions s JOIN connections c ON c.tenant_id = s.tenant_id
  WHERE s.tenant_id = ? AND s.uid = ? AND s.account_id = ? AND c.id = ?
  FOR KEY SHARE
  ON CONFLICT DO NOTHING`

const find = `
  SELECT DISTINCT f.session_uid, f.account_id
  FROM saml_sessions f JOIN sessions s
    ON s.tenant_id = f.tenant_id AND s.uid = f.session_uid AND s.account_id = f.account_id
  WHERE f.tenant_id = ? AND f.connection_id = ? AND f.name_key = ?
    AND (?::text[] = '{}' OR f.index_key = ANY(?::text[]))`

type Row = { readonly session_uid: string; readonly account_id: string }

export function createPostgresSamlSessionStore({
  database,
}: {
  readonly database: Database
}): SamlSessionStore {
  const { knex } = database

  return {
    async insert({ tenantId, sessionUid, connectionId, nameKey, indexKey, accountId }) {
      const place = [tenantId, sessionUid, accountId, connectionId]
      await knex.raw(insert, [nameKey, indexKey, ...place])
    },

    async find({ tenantId, connectionId, nameKey, indexKeys }) {
      const among = `{${indexKeys.join(',')}}` // hashes: nothing in them to escape
      const values = [tenantId, connectionId, nameKey, among, among]
      const { rows } = (await knex.raw(find, values)) as { readonly rows: readonly Row[] }
      return rows.map((row) => ({
        sessionUid: brandId<SessionUid>(row.session_uid),
        accountId: brandId<AccountId>(row.account_id),
      }))
    },
  }
}
