import type { Knex } from 'knex'
import type { Clock } from '#kit/clock.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { EmailChange, EmailChangeStore } from './email-change.ts'

const removeExpired = `
  DELETE FROM email_changes WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM email_changes WHERE ends_at < to_timestamp(?) LIMIT ? FOR UPDATE SKIP LOCKED))`

export function createPostgresEmailChangeStore(deps: {
  readonly database: Database
  readonly clock: Clock
}): EmailChangeStore {
  const { clock, database } = deps
  const { knex } = database
  const living = (tenantId: TenantId, within: Knex | undefined) =>
    (within ?? knex)<EmailChangeRow>('email_changes')
      .where({ tenant_id: tenantId })
      .andWhere('ends_at', '>', new Date(clock.now()))

  return {
    async insert(change, within) {
      await (within ?? knex)('email_changes').insert(toRow(change))
    },

    async find(tenantId, id, within) {
      const row = await living(tenantId, within).andWhere({ id }).first()
      return row && toChange(row)
    },

    async list(tenantId, accountId, within) {
      const rows = await living(tenantId, within)
        .andWhere({ account_id: accountId })
        .orderBy('changed_at', 'desc')
      return rows.map(toChange)
    },

    async use({ tenantId, accountId, id, changedAt }, within) {
      const used = await living(tenantId, within)
        .andWhere({ account_id: accountId })
        .andWhere('changed_at', '>=', changedAt)
        .delete()
        .returning('id')
      return used.some((row) => row.id === id)
    },

    async isKept(tenantId, emails, { except }, within) {
      // In one order everywhere: two that want each other's address must not wait for each other.
      for (const email of within ? emails.toSorted() : []) {
        await within?.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [
          JSON.stringify(['email', tenantId, email]),
        ])
      }
      const row = await living(tenantId, within)
        .whereIn('old_canonical', [...emails])
        .andWhereRaw('account_id IS DISTINCT FROM ?', [except ?? null])
        .first()
      return row !== undefined
    },

    async removeExpired(before, limit) {
      const { rowCount } = await knex.raw<{ rowCount: number }>(removeExpired, [before, limit])
      return rowCount
    },
  }
}

type EmailChangeRow = {
  tenant_id: string
  id: string
  account_id: string
  old_email: string
  old_canonical: string
  new_canonical: string
  changed_at: Date
  ends_at: Date
}

function toRow(change: EmailChange): EmailChangeRow {
  return {
    tenant_id: change.tenantId,
    id: change.id,
    account_id: change.accountId,
    old_email: change.oldEmail,
    old_canonical: change.oldCanonical,
    new_canonical: change.newCanonical,
    changed_at: change.changedAt,
    ends_at: change.endsAt,
  }
}

function toChange(row: EmailChangeRow): EmailChange {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    id: row.id,
    accountId: brandId<AccountId>(row.account_id),
    oldEmail: row.old_email,
    oldCanonical: row.old_canonical,
    newCanonical: row.new_canonical,
    changedAt: row.changed_at,
    endsAt: row.ends_at,
  }
}
