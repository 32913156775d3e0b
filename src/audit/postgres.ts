import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { Audit } from './audit.ts'
import { beginning, follow, recordedEvent, written, type Link } from './chain.ts'

/** Links read at once while a chain is verified. */
const batch = 1000

// One statement: the upsert locks the tenant's head, so that no two events take one place in the chain.
const append = `
  WITH head AS (
    INSERT INTO audit_heads AS heads (tenant_id, sequence, hash)
    VALUES (:tenant, 1, sha256(convert_to(:text, 'UTF8')))
    ON CONFLICT (tenant_id) DO UPDATE
      SET sequence = heads.sequence + 1, hash = sha256(heads.hash || convert_to(:text, 'UTF8'))
    RETURNING sequence, hash
  ), person AS (
    INSERT INTO audit_people (tenant_id, sequence, account_id, at, data)
    SELECT :tenant, sequence, :account, :at, :personal FROM head
    WHERE CAST(:personal AS text) IS NOT NULL
  )
  INSERT INTO audit_events (tenant_id, sequence, at, event, hash)
  SELECT :tenant, sequence, :at, :text, hash FROM head`

// By time, which the index has: a prepared plan knows no dates, and by its place would go through a whole history for them.
const listOf: Statement = {
  name: 'audit.list_of',
  text: `
    WITH newest AS MATERIALIZED (
      SELECT sequence, data FROM audit_people
      WHERE tenant_id = $1 AND account_id = $2 AND at >= $3::timestamptz
      ORDER BY at DESC, sequence DESC LIMIT $4::int
    )
    SELECT e.sequence, e.event, e.hash, newest.data
    FROM newest CROSS JOIN LATERAL (
      SELECT sequence, event, hash FROM audit_events
      WHERE tenant_id = $1 AND sequence = newest.sequence LIMIT 1
    ) AS e
    ORDER BY e.sequence DESC`,
}

export function createPostgresAudit(deps: {
  readonly database: Database
  readonly clock: Clock
}): Audit {
  const { knex, statements } = deps.database
  const events = createEvents(knex)

  async function read(tenantId: TenantId, after: number, upTo: number): Promise<Link[]> {
    const rows = await events(tenantId)
      .andWhere('e.sequence', '>', after)
      .andWhere('e.sequence', '<=', upTo)
      .orderBy('e.sequence')
      .limit(batch)
    return rows.map(toLink)
  }

  return {
    async append(event, within) {
      const at = new Date(deps.clock.now())
      const { text, personal = null } = written(event, at)
      const values = {
        tenant: event.tenantId,
        at,
        text,
        account: event.accountId ?? null,
        personal,
      }
      // prepared once on each connection: planning it costs more than running it
      await (within ?? knex).raw(append, values).options({ name: 'audit.append' })
    },

    async list(tenantId, { limit }) {
      const rows = await events(tenantId).orderBy('e.sequence', 'desc').limit(limit)
      return rows.map(toLink).map(recordedEvent)
    },

    async listOf(tenantId, accountId, { since, limit }) {
      const values = [tenantId, accountId, since.toISOString(), limit]
      const { rows } = await statements.run<EventRow>(listOf, values, 'relaxed')
      return rows.map(toLink).map(recordedEvent)
    },

    async forget(tenantId, accountId, within) {
      const theirs = { tenant_id: tenantId, account_id: accountId }
      await (within ?? knex)('audit_people').where(theirs).delete()
    },

    async verify(tenantId) {
      // The head is read first: events appended meanwhile are beyond it, events missing before it are seen.
      const head = await knex<HeadRow>('audit_heads').where({ tenant_id: tenantId }).first()
      const end = head ? Number(head.sequence) : Number.MAX_SAFE_INTEGER
      let last: Link | undefined = beginning
      for (;;) {
        const links = await read(tenantId, last.sequence, end)
        if (links.length === 0) break
        last = follow(last, links)
        if (last === undefined) return false
      }
      if (head === undefined) return last.sequence === 0
      return last.sequence === end && last.hash.equals(head.hash)
    },
  }
}

/** Every event of a tenant, with who it is about where that is known. */
const createEvents = (knex: Database['knex']) => (tenantId: TenantId) =>
  knex<EventRow>('audit_events as e')
    .leftJoin('audit_people as p', (join) =>
      join.on('p.tenant_id', 'e.tenant_id').andOn('p.sequence', 'e.sequence'),
    )
    .select('e.sequence', 'e.event', 'e.hash', 'p.data')
    .where('e.tenant_id', tenantId)

type EventRow = {
  tenant_id: string
  /** A bigint, which the driver gives as text. */
  sequence: string
  event: string
  hash: Buffer
  /** Of `audit_people`. */
  data: string | null
}

type HeadRow = { tenant_id: string; sequence: string; hash: Buffer }

function toLink(row: EventRow): Link {
  const { event: text, hash, data } = row
  return { sequence: Number(row.sequence), text, hash, personal: data ?? undefined }
}
