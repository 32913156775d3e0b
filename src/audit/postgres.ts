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

const places = ['tenant', 'text', 'at', 'account', 'personal'] as const

/** The same where no transaction is open: without the query builder, and where it may wait for the head. */
const appendAlone: Statement = {
  name: 'audit.append_alone',
  text: append.replace(/:(\w+)/g, (_, place) => `$${places.indexOf(place) + 1}`),
}

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

/** Of the newest ones, those of a kind: counted there, because they are many where somebody tries passwords. */
const countOf: Statement = {
  name: 'audit.count_of',
  text: `
    SELECT count(*)::int AS found, count(*) FILTER (
      WHERE event->>'type' = $5::text AND event->>'outcome' = $6::text)::int AS counted
    FROM (
      SELECT sequence FROM audit_people
      WHERE tenant_id = $1 AND account_id = $2 AND at >= $3::timestamptz
      ORDER BY at DESC, sequence DESC LIMIT $4::int
    ) AS newest CROSS JOIN LATERAL (
      SELECT event::json FROM audit_events
      WHERE tenant_id = $1 AND sequence = newest.sequence LIMIT 1
    ) AS e`,
}

type AuditDeps = { readonly database: Database; readonly clock: Clock }

export function createPostgresAudit(deps: AuditDeps): Audit {
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
    append: createAppend(deps),

    async list(tenantId, { limit }) {
      const rows = await events(tenantId).orderBy('e.sequence', 'desc').limit(limit)
      return rows.map(toLink).map(recordedEvent)
    },

    async listOf(tenantId, accountId, { since, limit }) {
      const values = [tenantId, accountId, since.toISOString(), limit]
      const { rows } = await statements.run<EventRow>(listOf, values, 'relaxed')
      return rows.map(toLink).map(recordedEvent)
    },

    async countOf(tenantId, accountId, { type, outcome, since, limit }) {
      const values = [tenantId, accountId, since.toISOString(), limit, type, outcome]
      const { rows } = await statements.run<CountRow>(countOf, values, 'relaxed')
      return rows[0] ?? { found: 0, counted: 0 }
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

function createAppend({ database, clock }: AuditDeps): Audit['append'] {
  return async (event, within) => {
    const at = new Date(clock.now())
    const { text, personal = null } = written(event, at)
    const account = event.accountId ?? null
    const values = { tenant: event.tenantId, text, at, account, personal }
    // prepared once on each connection: planning it costs more than running it
    if (within) await within.raw(append, values).options({ name: 'audit.append' })
    else {
      const inOrder = places.map((place) => values[place])
      await database.statements.run(appendAlone, inOrder, 'alone')
    }
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

type CountRow = { found: number; counted: number }

type HeadRow = { tenant_id: string; sequence: string; hash: Buffer }

function toLink(row: EventRow): Link {
  const { event: text, hash, data } = row
  return { sequence: Number(row.sequence), text, hash, personal: data ?? undefined }
}
