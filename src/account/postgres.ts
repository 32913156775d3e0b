import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database, Statement } from '#storage/storage.ts'
import type { Account, AccountStatus, AccountStore, Profile } from './account.ts'

// By name, never `*`: a prepared statement fails for good once a migration adds a column.
const columns = `tenant_id, id, email, email_canonical, email_verified, profile, roles, groups, status, ended_at,
  leaves_at, created_at, updated_at`

const find: Statement = {
  name: 'accounts.find',
  text: `SELECT ${columns} FROM accounts WHERE tenant_id = $1 AND id = $2`,
}
const findByEmail: Statement = {
  name: 'accounts.find_by_email',
  text: `SELECT ${columns} FROM accounts WHERE tenant_id = $1 AND email_canonical = $2`,
}

export function createPostgresAccountStore(deps: { readonly database: Database }): AccountStore {
  const { knex, statements } = deps.database
  const accounts = (within: Knex | undefined) => (within ?? knex)<AccountRow>('accounts')

  async function findOne(statement: Statement, values: readonly string[]) {
    const { rows } = await statements.run<AccountRow>(statement, values, 'relaxed')
    return rows[0] && toAccount(rows[0])
  }

  return {
    async find(tenantId, id, within) {
      if (!within) return findOne(find, [tenantId, id])
      const row = await accounts(within).where({ tenant_id: tenantId, id }).first().forUpdate()
      return row && toAccount(row)
    },

    async findByEmail(tenantId, emailCanonical, within) {
      if (!within) return findOne(findByEmail, [tenantId, emailCanonical])
      const where = { tenant_id: tenantId, email_canonical: emailCanonical }
      const row = await accounts(within).where(where).first()
      return row && toAccount(row)
    },

    async list(tenantId, within) {
      // By bytes: the order of canonical addresses must not depend on how the database was set up.
      const rows = await accounts(within)
        .where({ tenant_id: tenantId })
        .orderByRaw('email_canonical COLLATE "C"')
      return rows.map(toAccount)
    },

    async listWithRole(tenantId, roles, limit) {
      const rows = await accounts(undefined)
        .where({ tenant_id: tenantId, status: 'active' })
        .whereRaw(`roles <> '{}' AND roles && ?::text[]`, [[...roles]])
        .orderBy('created_at')
        .limit(limit)
      return rows.map(toAccount)
    },

    async insert(account, within) {
      const inserted = await (within ?? knex)('accounts')
        .insert({ ...toRow(account), created_at: account.createdAt })
        .onConflict(['tenant_id', 'email_canonical'])
        .ignore()
        .returning('id')
      return inserted.length === 1
    },

    async update(account, within) {
      const { tenant_id, id, ...columns } = toRow(account)
      // A savepoint where there is a transaction: a taken address must not spoil the caller's work.
      const change = (inner: Knex) => inner('accounts').where({ tenant_id, id }).update(columns)
      try {
        return (await (within ?? knex).transaction(change)) === 1
      } catch (error) {
        if (isTaken(error)) return false
        throw error
      }
    },

    async listLeft(at, limit) {
      const rows = await accounts(undefined).where('leaves_at', '<=', at).limit(limit)
      return rows.map(toAccount)
    },

    async remove(tenantId, id, within) {
      await accounts(within).where({ tenant_id: tenantId, id }).delete()
    },
  }
}

type AccountRow = {
  tenant_id: string
  id: string
  email: string
  email_canonical: string
  email_verified: boolean
  profile: Profile
  roles: string[]
  groups: string[]
  status: AccountStatus
  ended_at: Date | null
  leaves_at: Date | null
  created_at: Date
  updated_at: Date
}

function toRow(account: Account) {
  return {
    tenant_id: account.tenantId,
    id: account.id,
    email: account.email,
    email_canonical: account.emailCanonical,
    email_verified: account.emailVerified,
    profile: JSON.stringify(account.profile),
    roles: [...account.roles],
    groups: [...account.groups],
    status: account.status,
    ended_at: account.endedAt ?? null,
    leaves_at: account.leavesAt ?? null,
    updated_at: account.updatedAt,
  }
}

function toAccount(row: AccountRow): Account {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    id: brandId<AccountId>(row.id),
    email: row.email,
    emailCanonical: row.email_canonical,
    emailVerified: row.email_verified,
    profile: row.profile,
    roles: row.roles,
    groups: row.groups,
    status: row.status,
    endedAt: row.ended_at ?? undefined,
    ...(row.leaves_at === null ? {} : { leavesAt: row.leaves_at }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** SQLSTATE 23505, unique_violation. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
