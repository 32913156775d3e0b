import type { Knex } from 'knex'
import { brandId } from '#kit/ids.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { SessionOwner, SessionRecord, SessionStore } from './session.ts'

const removeExpired = `
  DELETE FROM sessions WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM sessions WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED))`

// whoever proves it once more opened it before; somebody else opens it now
const openedAt =
  'CASE WHEN sessions.account_id = ? THEN sessions.opened_at ELSE excluded.opened_at END'

export function createPostgresSessionStore(deps: { readonly database: Database }): SessionStore {
  const { knex } = deps.database
  const sessions = (within: Knex | undefined) => (within ?? knex)<Row>('sessions')
  const of = ({ tenantId, id }: SessionOwner) => ({ tenant_id: tenantId, account_id: id })

  return {
    async put(record) {
      const { tenant_id, uid, opened_at, ...rest } = toRow(record)
      await knex('sessions')
        .insert({ tenant_id, uid, opened_at, ...rest })
        .onConflict(['tenant_id', 'uid'])
        .merge({ ...rest, opened_at: knex.raw(openedAt, [rest.account_id]) })
        .options({ name: 'sessions.put' })
    },

    async list(owner, limit) {
      const rows = await sessions(knex).where(of(owner)).orderBy('proved_at', 'desc').limit(limit)
      return rows.map(fromRow)
    },

    async uidsOf(owner) {
      const uids: string[] = await sessions(knex).where(of(owner)).pluck('uid')
      return uids.map((uid) => brandId<SessionUid>(uid))
    },

    async beginEnd(owner, uid, at, within) {
      // the second of two waits for the first, and then finds the mark
      const begun = await sessions(within)
        .where({ ...of(owner), uid, ended_at: null })
        .update({ ended_at: at })
      if (begun === 1) return 'begun'
      const row = await sessions(within)
        .where({ ...of(owner), uid })
        .first('uid')
      return row && 'again'
    },

    async remove(tenantId, uids) {
      await sessions(knex)
        .where({ tenant_id: tenantId })
        .whereIn('uid', [...uids])
        .delete()
    },

    async removeOf(owner) {
      await sessions(knex).where(of(owner)).delete()
    },

    async markFirstSignIn(owner, at) {
      const inserted = await knex('first_sign_ins')
        .insert({ ...of(owner), at })
        .onConflict(['tenant_id', 'account_id'])
        .ignore()
        .returning('account_id')
        .options({ name: 'sessions.mark_first_sign_in' })
      return inserted.length === 1
    },

    async removeExpired(before, limit) {
      const { rowCount } = await knex.raw<{ rowCount: number }>(removeExpired, [before, limit])
      return rowCount
    },
  }
}

type Row = {
  tenant_id: string
  uid: string
  account_id: string
  acr: string | null
  amr: string[]
  proved_at: Date
  browser: string | null
  system: string | null
  ip: string | null
  city: string | null
  country: string | null
  opened_at: Date
  ended_at: Date | null
  expires_at: string // bigint
}

function toRow(record: SessionRecord): Omit<Row, 'expires_at' | 'ended_at'> & {
  expires_at: number
} {
  return {
    tenant_id: record.tenantId,
    uid: record.uid,
    account_id: record.accountId,
    acr: record.acr ?? null,
    amr: [...record.amr],
    proved_at: record.provedAt,
    browser: record.device.browser ?? null,
    system: record.device.system ?? null,
    ip: record.ip ?? null,
    city: record.place?.city ?? null,
    country: record.place?.country ?? null,
    opened_at: record.openedAt,
    expires_at: record.expiresAt,
  }
}

function fromRow(row: Row): SessionRecord {
  const place = { city: row.city ?? undefined, country: row.country ?? undefined }
  const isPlaced = place.city !== undefined || place.country !== undefined
  return {
    tenantId: brandId(row.tenant_id),
    uid: brandId(row.uid),
    accountId: brandId(row.account_id),
    acr: row.acr ?? undefined,
    amr: row.amr,
    provedAt: row.proved_at,
    device: { browser: row.browser ?? undefined, system: row.system ?? undefined },
    ip: row.ip ?? undefined,
    place: isPlaced ? place : undefined,
    openedAt: row.opened_at,
    expiresAt: Number(row.expires_at),
  }
}
