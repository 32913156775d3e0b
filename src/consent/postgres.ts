import { AppError } from '#kit/errors.ts'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { Consent, ConsentStore } from './consent.ts'

type Row = {
  tenant_id: string
  account_id: string
  client_id: string
  scopes: readonly string[]
  claims: readonly string[]
  resources: unknown
  granted_at: Date
}

export function createPostgresConsentStore(deps: { readonly database: Database }): ConsentStore {
  const { knex } = deps.database

  return {
    async find(tenantId, accountId, clientId) {
      const row = await knex<Row>('consents')
        .where(place(tenantId, accountId, clientId))
        .first()
      return row && fromRow(row)
    },

    async listOf(tenantId, accountId) {
      const rows = await knex<Row>('consents')
        .where({ tenant_id: tenantId, account_id: accountId })
        .orderBy([{ column: 'granted_at', order: 'desc' }, 'client_id'])
      return rows.map(fromRow)
    },

    async put(consent, within) {
      try {
        await (within ?? knex)<Row>('consents')
          .insert(toRow(consent))
          .onConflict(['tenant_id', 'account_id', 'client_id'])
          .merge()
      } catch (error) {
        throw isForeignKeyViolation(error) ? ownerGone(error) : error
      }
    },

    async remove(tenantId, accountId, clientId, within) {
      const removed = await (within ?? knex)<Row>('consents')
        .where(place(tenantId, accountId, clientId))
        .delete()
      return removed === 1
    },
  }
}

function place(tenantId: TenantId, accountId: AccountId, clientId: ClientId) {
  return { tenant_id: tenantId, account_id: accountId, client_id: clientId }
}

function toRow(consent: Consent): Row {
  return {
    ...place(consent.tenantId, consent.accountId, consent.clientId),
    scopes: [...consent.scopes],
    claims: [...consent.claims],
    resources: JSON.stringify(consent.resources),
    granted_at: consent.grantedAt,
  }
}

function fromRow(row: Row): Consent {
  return {
    tenantId: brandId(row.tenant_id),
    accountId: brandId(row.account_id),
    clientId: brandId(row.client_id),
    scopes: row.scopes,
    claims: row.claims,
    resources: row.resources as Consent['resources'], // written by this store only
    grantedAt: row.granted_at,
  }
}

function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503'
}

/** The client or the account was removed while the person was deciding: no fault of ours, nothing to keep. */
function ownerGone(cause: unknown): AppError {
  return new AppError({
    code: 'consent.owner_gone',
    status: 409,
    message: 'The application or the account no longer exists.',
    cause,
  })
}
