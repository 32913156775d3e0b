import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { LogoutOutbox } from '../oidc.ts'

const claim = `
  UPDATE logout_outbox SET due_at = :until, attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM logout_outbox WHERE due_at <= :now
    ORDER BY due_at LIMIT :limit
    FOR UPDATE SKIP LOCKED
  )
  RETURNING *`

export function createPostgresLogoutOutbox(deps: {
  readonly database: Database
  readonly clock: Clock
}): LogoutOutbox {
  const { knex } = deps.database
  const inSeconds = (delay: number) => new Date(deps.clock.now() + delay * 1000)

  return {
    async enqueue(notice) {
      await knex('logout_outbox').insert({
        id: notice.id,
        tenant_id: notice.tenantId,
        client_id: notice.clientId,
        account_id: notice.accountId,
        sid: notice.sid ?? null,
        created_at: notice.createdAt,
        due_at: notice.createdAt,
      })
    },

    async claimDue({ limit, lease }) {
      const values = { now: inSeconds(0), until: inSeconds(lease), limit }
      const { rows } = await knex.raw<{ rows: NoticeRow[] }>(claim, values)
      return rows.map((row) => ({
        id: row.id,
        tenantId: brandId<TenantId>(row.tenant_id),
        clientId: brandId<ClientId>(row.client_id),
        accountId: brandId<AccountId>(row.account_id),
        sid: row.sid ?? undefined,
        createdAt: row.created_at,
        attempts: row.attempts,
      }))
    },

    async settle(id) {
      await knex('logout_outbox').where({ id }).delete()
    },

    async postpone(id, delay, reason) {
      await knex('logout_outbox')
        .where({ id })
        .update({ due_at: inSeconds(delay), last_error: reason })
    },
  }
}

type NoticeRow = {
  id: string
  tenant_id: string
  client_id: string
  account_id: string
  sid: string | null
  created_at: Date
  attempts: number
}
