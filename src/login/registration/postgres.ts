import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { invitationKept } from './registration.ts'
import type {
  Agreement,
  AgreementDocument,
  AgreementStore,
  Invitation,
  InvitationStore,
} from './registration.ts'

const removeExpired = `
  DELETE FROM invitations WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM invitations WHERE expires_at < to_timestamp(?) LIMIT ? FOR UPDATE SKIP LOCKED))`

type Deps = { readonly database: Database }

export function createPostgresAgreementStore({ database: { knex } }: Deps): AgreementStore {
  const agreements = (within: Knex = knex) => within<AgreementRow>('agreements')

  return {
    async put(added, within) {
      if (added.length === 0) return
      await agreements(within).insert(added.map(toAgreementRow)).onConflict().ignore()
    },

    async list(tenantId, accountId) {
      const where = { tenant_id: tenantId, account_id: accountId }
      const rows = await agreements().where(where).orderBy(['agreed_at', 'document', 'version'])
      return rows.map(toAgreement)
    },
  }
}

export function createPostgresInvitationStore({ database: { knex } }: Deps): InvitationStore {
  const invitations = (within: Knex = knex) => within<InvitationRow>('invitations')
  const usable = (place: { tenant_id: string; id: string }, within?: Knex) =>
    invitations(within).where({ ...place, used_at: null, revoked_at: null })

  return {
    async insert(invitation, within) {
      await invitations(within).insert(toInvitationRow(invitation))
    },

    async findByToken(tenantId, tokenHash) {
      const where = { tenant_id: tenantId, token_hash: tokenHash }
      const row = await invitations().where(where).first()
      return row && toInvitation(row)
    },

    async list(tenantId) {
      const rows = await invitations()
        .where({ tenant_id: tenantId })
        .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
      return rows.map(toInvitation)
    },

    async use(tenantId, id, at, within) {
      const place = { tenant_id: tenantId, id }
      const query = usable(place, within).andWhere('expires_at', '>', at)
      return (await query.update({ used_at: at })) === 1
    },

    async revoke(tenantId, id, at, within) {
      return (await usable({ tenant_id: tenantId, id }, within).update({ revoked_at: at })) === 1
    },

    async removeExpired(before, limit) {
      const bound = [before - invitationKept, limit]
      const { rowCount } = await knex.raw<{ rowCount: number }>(removeExpired, bound)
      return rowCount
    },
  }
}

type AgreementRow = {
  tenant_id: string
  account_id: string
  document: AgreementDocument
  version: string
  agreed_at: Date
}

function toAgreementRow(agreement: Agreement): AgreementRow {
  return {
    tenant_id: agreement.tenantId,
    account_id: agreement.accountId,
    document: agreement.document,
    version: agreement.version,
    agreed_at: agreement.agreedAt,
  }
}

function toAgreement(row: AgreementRow): Agreement {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    accountId: brandId<AccountId>(row.account_id),
    document: row.document,
    version: row.version,
    agreedAt: row.agreed_at,
  }
}

type InvitationRow = {
  tenant_id: string
  id: string
  email: string
  token_hash: string
  created_at: Date
  expires_at: Date
  used_at: Date | null
  revoked_at: Date | null
}

function toInvitationRow(invitation: Invitation): InvitationRow {
  return {
    tenant_id: invitation.tenantId,
    id: invitation.id,
    email: invitation.email,
    token_hash: invitation.tokenHash,
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
    used_at: invitation.usedAt ?? null,
    revoked_at: invitation.revokedAt ?? null,
  }
}

function toInvitation(row: InvitationRow): Invitation {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    id: row.id,
    email: row.email,
    tokenHash: row.token_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  }
}
