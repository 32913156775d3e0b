import type { Knex } from 'knex'
import { brandId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { gracePeriod } from './domain.ts'
import type { ConnectionDomain, DomainProof, DomainStore } from './domain.ts'

type Row = {
  tenant_id: string
  connection_id: string
  domain: string
  challenge: string
  enforced: boolean
  claimed_at: Date
  proved_by: DomainProof['by'] | null
  proved_at: Date | null
  checked_at: Date | null
  missing_since: Date | null
}

export function createPostgresDomainStore(deps: { readonly database: Database }): DomainStore {
  const { knex } = deps.database

  return {
    async list(tenantId, connectionId, within) {
      const rows: Row[] = await claims(within ?? knex)
        .where({ 'claim.tenant_id': tenantId })
        .modify((query) => {
          if (connectionId !== undefined) void query.where({ 'claim.connection_id': connectionId })
        })
        .orderByRaw('claim.domain COLLATE "C", claim.connection_id COLLATE "C"')
      return rows.map(fromRow)
    },

    async claim(claim, within) {
      await (within ?? knex)('connection_domains')
        .insert({
          ...keyOf(claim),
          challenge: claim.challenge,
          enforced: claim.isEnforced,
          claimed_at: claim.claimedAt,
        })
        .onConflict(['tenant_id', 'connection_id', 'domain'])
        .merge(['enforced'])
    },

    async release(key, within) {
      return (await (within ?? knex)('connection_domains').where(keyOf(key)).delete()) === 1
    },

    async prove(key, { by, at }, within) {
      const { rows } = await (within ?? knex).raw<{ rows: unknown[] }>(proveStatement, {
        ...keyOf(key),
        by,
        at,
        lost: new Date(at.getTime() - gracePeriod),
      })
      return rows.length === 1
    },

    async miss(key, at, within) {
      const proofs = () => (within ?? knex)('proved_domains').where(keyOf(key))
      const missing = await proofs()
        .whereNull('missing_since')
        .update({ checked_at: at, missing_since: at })
      if (missing === 0) await proofs().update({ checked_at: at })
      return missing === 1
    },

    async disprove(key, within) {
      return (await (within ?? knex)('proved_domains').where(keyOf(key)).delete()) === 1
    },

    async due(before, limit) {
      const rows: Row[] = await claims(knex)
        .where({ proved_by: 'dns' })
        .where('checked_at', '<', before)
        .orderBy('checked_at')
        .limit(limit)
      return rows.map(fromRow)
    },
  }
}

/** Two that prove at once meet at the key: the statement of the second sees the first, whole. */
const proveStatement = `
  INSERT INTO proved_domains AS proved (tenant_id, domain, connection_id, proved_by, proved_at, checked_at)
  SELECT tenant_id, domain, connection_id, :by, :at, :at FROM connection_domains
    WHERE tenant_id = :tenant_id AND connection_id = :connection_id AND domain = :domain
  ON CONFLICT (tenant_id, domain) DO UPDATE SET
    connection_id = excluded.connection_id,
    proved_by = excluded.proved_by,
    proved_at = CASE WHEN proved.connection_id = excluded.connection_id THEN proved.proved_at ELSE excluded.proved_at END,
    checked_at = excluded.checked_at,
    missing_since = NULL
    WHERE proved.connection_id = excluded.connection_id OR proved.missing_since <= :lost
  RETURNING 1`

function claims(knex: Knex) {
  return knex('connection_domains as claim')
    .leftJoin('proved_domains as proof', (join) => {
      for (const column of ['tenant_id', 'connection_id', 'domain'])
        void join.on(`claim.${column}`, `proof.${column}`)
    })
    .select('claim.*', 'proved_by', 'proved_at', 'checked_at', 'missing_since')
}

function keyOf({
  tenantId,
  connectionId,
  domain,
}: Pick<ConnectionDomain, 'tenantId' | 'connectionId' | 'domain'>) {
  return { tenant_id: tenantId, connection_id: connectionId, domain }
}

function fromRow(row: Row): ConnectionDomain {
  return {
    tenantId: brandId(row.tenant_id),
    connectionId: brandId(row.connection_id),
    domain: row.domain,
    challenge: row.challenge,
    isEnforced: row.enforced,
    claimedAt: row.claimed_at,
    proof: proofOf(row),
  }
}

function proofOf({ proved_by: by, ...row }: Row): DomainProof | undefined {
  if (by === null || row.proved_at === null || row.checked_at === null) return undefined
  return {
    by,
    provedAt: row.proved_at,
    checkedAt: row.checked_at,
    missingSince: row.missing_since ?? undefined,
  }
}
