import type { Knex } from 'knex'
import { brandId } from '#kit/ids.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { SessionOwner, SessionRecord, SessionStore } from './session.ts'

const removeExpired = `
  DELETE FROM sessions WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM sessions WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED))`

// whoever proves it once more opened it before; somebody else opens it now
const put: Statement = {
  name: 'sessions.put',
  text: `
    INSERT INTO sessions (tenant_id, uid, account_id, acr, amr, proved_at, browser, system, ip, city, country, opened_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (tenant_id, uid) DO UPDATE
      SET (account_id, acr, amr, proved_at, browser, system, ip, city, country, expires_at) =
          (excluded.account_id, excluded.acr, excluded.amr, excluded.proved_at, excluded.browser, excluded.system,
           excluded.ip, excluded.city, excluded.country, excluded.expires_at),
        opened_at = CASE WHEN sessions.account_id = excluded.account_id THEN sessions.opened_at ELSE excluded.opened_at END`,
}

const markFirstSignIn: Statement = {
  name: 'sessions.mark_first_sign_in',
  text: `
    INSERT INTO first_sign_ins (tenant_id, account_id, at) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, account_id) DO NOTHING`,
}

export function createPostgresSessionStore(deps: { readonly database: Database }): SessionStore {
  const { knex, statements } = deps.database
  const sessions = (within: Knex | undefined) => (within ?? knex)<Row>('sessions')
  const of = ({ tenantId, id }: SessionOwner) => ({ tenant_id: tenantId, account_id: id })

  return {
    async put(record) {
      await statements.run(put, toValues(record), 'durable')
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

    async markFirstSignIn({ tenantId, id }, at) {
      const { rowCount } = await statements.run(markFirstSignIn, [tenantId, id, at], 'durable')
      return rowCount === 1
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

/** In the order of `put`. */
const toValues = (record: SessionRecord) => [
  record.tenantId,
  record.uid,
  record.accountId,
  record.acr,
  record.amr,
  record.provedAt,
  record.device.browser,
  record.device.system,
  record.ip,
  record.place?.city,
  record.place?.country,
  record.openedAt,
  record.expiresAt,
]

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
