import type { Knex } from 'knex'
import { brandId, type AccountId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { Identity, IdentityKey, IdentityStore } from './identity.ts'

export function createPostgresIdentityStore(deps: { readonly database: Database }): IdentityStore {
  const { knex } = deps.database
  const identities = (within?: Knex) => (within ?? knex)<IdentityRow>('identities')
  const rowsOf = (within?: Knex) => identities(within).select(...columns)

  return {
    async find(key, within) {
      const row = await rowsOf(within).where(keyOf(key)).first()
      return row && toIdentity(row)
    },

    async list(tenantId, accountId, within) {
      const rows = await rowsOf(within)
        .where({ tenant_id: tenantId, account_id: accountId })
        .orderBy(['created_at', 'connection_id'])
      return rows.map(toIdentity)
    },

    async hasWayIn({ tenantId, accountId }, except, within) {
      const found = await identities(within)
        .join('connections', {
          'connections.tenant_id': 'identities.tenant_id',
          'connections.id': 'identities.connection_id',
        })
        .where({ 'identities.tenant_id': tenantId, account_id: accountId, status: 'active' })
        .whereNotNull('last_used_at')
        .whereNot('connection_id', except ?? '')
        .first('connection_id')
      return found !== undefined
    },

    async insert(identity, within) {
      const inserted = await identities(within)
        .insert(toRow(identity))
        .onConflict() // either of the two
        .ignore()
        .returning('subject')
      return inserted.length === 1
    },

    async use({ accountId, ...key }, at, within) {
      const used = identities(within).where({ ...keyOf(key), account_id: accountId })
      return (await used.update({ last_used_at: at })) === 1
    },

    async remove({ tenantId, accountId, connectionId }, within) {
      const [row] = await identities(within)
        .where({ tenant_id: tenantId, account_id: accountId, connection_id: connectionId })
        .delete([...columns])
      return row && toIdentity(row)
    },

    async removeAll(tenantId, accountId, within) {
      const rows = await identities(within)
        .where({ tenant_id: tenantId, account_id: accountId })
        .delete([...columns])
      return rows.map(toIdentity)
    },
  }
}

type IdentityRow = {
  tenant_id: string
  connection_id: string
  issuer: string
  subject: string
  account_id: string
  email: string | null
  created_at: Date
  last_used_at: Date | null
}

/** What is sealed beside them is for `tokens/` alone. */
const columns = [
  'tenant_id',
  'connection_id',
  'issuer',
  'subject',
  'account_id',
  'email',
  'created_at',
  'last_used_at',
] as const satisfies readonly (keyof IdentityRow)[]

function keyOf({ tenantId, connectionId, issuer, subject }: IdentityKey) {
  return { tenant_id: tenantId, connection_id: connectionId, issuer, subject }
}

function toRow(identity: Identity): IdentityRow {
  return {
    ...keyOf(identity),
    account_id: identity.accountId,
    email: identity.email ?? null,
    created_at: identity.createdAt,
    last_used_at: identity.lastUsedAt ?? null,
  }
}

function toIdentity(row: IdentityRow): Identity {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    connectionId: brandId<ConnectionId>(row.connection_id),
    issuer: row.issuer,
    subject: row.subject,
    accountId: brandId<AccountId>(row.account_id),
    email: row.email ?? undefined,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
