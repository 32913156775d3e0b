import type { Clock } from '#kit/clock.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { Database } from '#storage/storage.ts'
import type { Outbox, QueuedMail } from './mail.ts'

const claim = `
  UPDATE mail_outbox SET due_at = :until, attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM mail_outbox
    WHERE delivered_at IS NULL AND due_at <= :now
    ORDER BY due_at LIMIT :limit
    FOR UPDATE SKIP LOCKED
  )
  RETURNING *`

/** Longest reason kept: a server's answer may be a page. */
const longestReason = 500

/** What is left of a mail that is done with: its subject may be a code. */
const nothing = { subject: '', text_body: '', html_body: '' }

export function createPostgresOutbox(deps: {
  readonly database: Database
  readonly clock: Clock
}): Outbox {
  const { clock } = deps
  const { knex } = deps.database
  const now = () => new Date(clock.now())
  const inSeconds = (delay: number) => new Date(clock.now() + delay * 1000)
  const unfinished = (id: string) => knex('mail_outbox').where({ id, delivered_at: null })

  return {
    async enqueue(mail, within) {
      const row = {
        id: newId(),
        tenant_id: mail.tenantId,
        kind: mail.kind,
        recipient: mail.to,
        subject: mail.subject,
        text_body: mail.text,
        html_body: mail.html,
        created_at: now(),
        due_at: now(),
        expires_at: mail.expiresAt ?? null,
      }
      await (within ?? knex)('mail_outbox').insert(row).options({ name: 'mail.enqueue' })
    },

    async claimDue({ limit, lease }) {
      const values = { now: now(), until: inSeconds(lease), limit }
      const { rows } = await knex.raw<{ rows: MailRow[] }>(claim, values)
      return rows.map(toQueuedMail)
    },

    async settle(id) {
      await unfinished(id).update({ ...nothing, delivered_at: now() })
    },

    async postpone(id, delay, reason) {
      const last_error = reason.slice(0, longestReason)
      await unfinished(id)
        .andWhereRaw(`due_at < 'infinity'`)
        .update({ due_at: inSeconds(delay), last_error })
    },

    async abandon(id, reason) {
      const last_error = reason.slice(0, longestReason)
      await unfinished(id).update({ ...nothing, due_at: knex.raw(`'infinity'`), last_error })
    },

    async purge(before) {
      return knex('mail_outbox').where('created_at', '<', before).delete()
    },

    async recent(limit) {
      const rows = await knex<MailRow>('mail_outbox').orderBy('created_at', 'desc').limit(limit)
      return rows.map(toQueuedMail)
    },
  }
}

type MailRow = {
  id: string
  tenant_id: string
  kind: string
  recipient: string
  subject: string
  text_body: string
  html_body: string
  created_at: Date
  attempts: number
  expires_at: Date | null
}

function toQueuedMail(row: MailRow): QueuedMail {
  return {
    id: row.id,
    tenantId: brandId<TenantId>(row.tenant_id),
    kind: row.kind,
    to: row.recipient,
    subject: row.subject,
    text: row.text_body,
    html: row.html_body,
    createdAt: row.created_at,
    attempts: row.attempts,
    ...(row.expires_at ? { expiresAt: row.expires_at } : {}),
  }
}
