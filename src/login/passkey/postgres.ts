import type { Knex } from 'knex'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import type { Passkey, PasskeyOwner, PasskeyStore } from './passkey.ts'

/** The one who comes second finds what the first one wrote. */
const handleOf = `
  INSERT INTO passkey_users (tenant_id, account_id, user_handle) VALUES (?, ?, ?)
  ON CONFLICT (tenant_id, account_id) DO UPDATE SET user_handle = passkey_users.user_handle
  RETURNING user_handle`

const use = `
  UPDATE passkeys SET sign_count = greatest(sign_count, CAST(:count AS bigint)), backed_up = :backedUp, last_used_at = :at,
    verified_at = CASE WHEN :userVerified THEN :at ELSE verified_at END
  WHERE tenant_id = :tenantId AND account_id = :accountId AND credential_id = :credentialId
    AND (backup_eligible OR sign_count < CAST(:count AS bigint) OR (sign_count = 0 AND CAST(:count AS bigint) = 0))`

export function createPostgresPasskeyStore(deps: { readonly database: Database }): PasskeyStore {
  const { knex } = deps.database
  const passkeys = (within?: Knex) => (within ?? knex)<PasskeyRow>('passkeys')

  return {
    async handleOf({ tenantId, accountId }, fresh) {
      const found = await knex('passkey_users').where(keyOf({ tenantId, accountId })).first()
      if (found) return String(found.user_handle)
      const { rows } = await knex.raw<{ rows: { user_handle: string }[] }>(handleOf, [
        tenantId,
        accountId,
        fresh,
      ])
      return rows[0]?.user_handle ?? fresh
    },

    async find(tenantId, credentialId) {
      const key = { tenant_id: tenantId, credential_id: credentialId }
      const row = await passkeys().where(key).first()
      return row && toPasskey(row)
    },

    async list(owner, within) {
      const rows = await passkeys(within)
        .where(keyOf(owner))
        .orderBy(['created_at', 'credential_id'])
      return rows.map(toPasskey)
    },

    async insert(passkey, within) {
      const inserted = await passkeys(within)
        .insert(toRow(passkey))
        .onConflict(['tenant_id', 'credential_id'])
        .ignore()
        .returning('credential_id')
      return inserted.length === 1
    },

    async use({ tenantId, accountId, credentialId }, { signCount: count, ...seen }) {
      const values = { tenantId, accountId, credentialId, count, ...seen }
      const { rowCount } = await knex.raw<{ rowCount: number }>(use, values)
      return rowCount === 1
    },

    async rename(owner, credentialId, name) {
      const key = { ...keyOf(owner), credential_id: credentialId }
      return (
        (await passkeys()
          .where(key)
          .update({ name: name ?? null })) === 1
      )
    },

    async remove(owner, credentialId, within) {
      const key = { ...keyOf(owner), credential_id: credentialId }
      return (await passkeys(within).where(key).delete()) === 1
    },

    removeAll: (owner, within) => passkeys(within).where(keyOf(owner)).delete(),

    async isKnown(credentialId) {
      return (await passkeys().where({ credential_id: credentialId }).first()) !== undefined
    },
  }
}

type PasskeyRow = {
  tenant_id: string
  account_id: string
  credential_id: string
  public_key: string
  /** `bigint`, which the driver gives as text. */
  sign_count: string | number
  backup_eligible: boolean
  backed_up: boolean
  transports: string[]
  aaguid: string
  name: string | null
  created_at: Date
  last_used_at: Date | null
  verified_at: Date | null
}

function keyOf({ tenantId, accountId }: PasskeyOwner) {
  return { tenant_id: tenantId, account_id: accountId }
}

function toRow(passkey: Passkey): PasskeyRow {
  return {
    ...keyOf(passkey),
    credential_id: passkey.credentialId,
    public_key: passkey.publicKey,
    sign_count: passkey.signCount,
    backup_eligible: passkey.backupEligible,
    backed_up: passkey.backedUp,
    transports: [...passkey.transports],
    aaguid: passkey.aaguid,
    name: passkey.name ?? null,
    created_at: passkey.createdAt,
    last_used_at: passkey.lastUsedAt ?? null,
    verified_at: passkey.verifiedAt ?? null,
  }
}

function toPasskey(row: PasskeyRow): Passkey {
  return {
    tenantId: brandId<TenantId>(row.tenant_id),
    accountId: brandId<AccountId>(row.account_id),
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: Number(row.sign_count),
    backupEligible: row.backup_eligible,
    backedUp: row.backed_up,
    transports: row.transports,
    aaguid: row.aaguid,
    name: row.name ?? undefined,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    verifiedAt: row.verified_at ?? undefined,
  }
}
