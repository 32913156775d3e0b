import type { Knex } from 'knex'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { IdentityKey } from '../identity/identity.ts'
import type { KeptTokens, TokenStore } from './tokens.ts'

const columns = [
  'tenant_id',
  'connection_id',
  'issuer',
  'subject',
  'sealed_tokens',
  'refresh_claim',
  'refresh_until',
] as const

const nothing = { sealed_tokens: null, refresh_claim: null, refresh_until: null }

export function createPostgresTokenStore({
  database,
}: {
  readonly database: Database
}): TokenStore {
  const { knex } = database
  const identities = (within?: Knex) => (within ?? knex)<Row>('identities')
  const kept = ({ key, sealed }: Pick<KeptTokens, 'key' | 'sealed'>) =>
    identities().where({ ...keyOf(key), sealed_tokens: sealed })

  return {
    async find({ tenantId, accountId, connectionId }) {
      const row = await identities()
        .where({ tenant_id: tenantId, account_id: accountId, connection_id: connectionId })
        .whereNotNull('sealed_tokens')
        .first(...columns)
      return row && fromRow(row)
    },

    async keep(key, sealed, { version, by }) {
      const { tenantId, connectionId, issuer, subject } = key
      const answer = await knex.raw<{ rows: readonly unknown[] }>(keepSql(by !== undefined), [
        tenantId,
        connectionId,
        version,
        sealed,
        issuer,
        subject,
        ...(by === undefined ? [] : [by]),
      ])
      return answer.rows.length === 1
    },

    async claim(found, { by, now, until }) {
      const free = kept(found).whereRaw('(refresh_until IS NULL OR refresh_until <= ?)', [now])
      return (await free.update({ refresh_claim: by, refresh_until: until })) === 1
    },

    async rest(key, by, until) {
      await identities()
        .where({ ...keyOf(key), refresh_claim: by })
        .update({ refresh_claim: null, refresh_until: until })
    },

    drop: async (found) => (await kept(found).update(nothing)) === 1,

    async dropAll(tenantId, connectionId, within) {
      await identities(within)
        .where({ tenant_id: tenantId, connection_id: connectionId })
        .whereNotNull('sealed_tokens')
        .update(nothing)
    },
  }
}

/** SECURITY: the connection first, and held: who switches the keeping off has either not begun, or is done (Q18). */
const keepSql = (isClaimed: boolean): string => `
  WITH now AS (
    SELECT tenant_id, id FROM connections
    WHERE tenant_id = ? AND id = ? AND version = ? AND status = 'active'
    FOR SHARE
  )
  UPDATE identities SET sealed_tokens = ?, refresh_claim = NULL, refresh_until = NULL
  FROM now
  WHERE identities.tenant_id = now.tenant_id AND connection_id = now.id AND issuer = ? AND subject = ?
    ${isClaimed ? 'AND refresh_claim = ?' : ''}
  RETURNING 1`

type Row = {
  tenant_id: string
  connection_id: string
  account_id: string
  issuer: string
  subject: string
  sealed_tokens: string | null
  refresh_claim: string | null
  refresh_until: Date | null
}

function keyOf({ tenantId, connectionId, issuer, subject }: IdentityKey) {
  return { tenant_id: tenantId, connection_id: connectionId, issuer, subject }
}

function fromRow(row: Pick<Row, (typeof columns)[number]>): KeptTokens {
  const { refresh_claim: claim, refresh_until: until } = row
  return {
    key: {
      tenantId: brandId<TenantId>(row.tenant_id),
      connectionId: brandId<ConnectionId>(row.connection_id),
      issuer: row.issuer,
      subject: row.subject,
    },
    sealed: row.sealed_tokens ?? '', // it was asked for
    refresh: until === null ? undefined : { isUnderWay: claim !== null, until },
  }
}
