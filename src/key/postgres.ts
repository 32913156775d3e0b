import type { JWK } from 'jose'
import type { Knex } from 'knex'
import { brandId } from '#kit/ids.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Database, Transaction } from '#storage/storage.ts'
import type { KeyState, KeyStore, SigningAlgorithm, StoredSigningKey } from './key.ts'

type Row = {
  tenant_id: string
  kid: string
  alg: SigningAlgorithm
  state: KeyState
  public_jwk: unknown
  sealed_private_jwk: string
  created_at: Date
  changed_at: Date
  expires_at: Date | null
}

export function createPostgresKeyStore(deps: { readonly database: Database }): KeyStore {
  const { knex } = deps.database
  const inTransaction = <T>(
    within: Transaction | undefined,
    work: (within: Transaction) => Promise<T>,
  ) => (within ? work(within) : knex.transaction(work))

  return {
    async list(tenantId, within) {
      const rows = await (within ?? knex)<Row>('signing_keys').where({ tenant_id: tenantId })
      return rows.map(fromRow)
    },

    async insert(keys, within) {
      const rows = await (within ?? knex)<Row>('signing_keys')
        .insert(keys.map(toRow))
        .onConflict()
        .ignore()
        .returning('kid')
      return rows.length === keys.length
    },

    async rotate(change, within) {
      return inTransaction(within, async (within) => {
        const { tenantId, alg, expectedNextKid, successor, at, retiredUntil } = change
        await lockTenant(tenantId, within)
        const keys = () => within<Row>('signing_keys').where({ tenant_id: tenantId, alg })
        const next = await keys().where({ kid: expectedNextKid, state: 'next' }).first('kid')
        if (!next) return false
        await keys().where({ state: 'current' }).update({
          state: 'retired',
          changed_at: at,
          expires_at: retiredUntil,
          sealed_private_jwk: '',
        })
        await keys().where({ kid: expectedNextKid }).update({ state: 'current', changed_at: at })
        await within<Row>('signing_keys').insert(toRow(successor))
        return true
      })
    },

    async replaceAll(tenantId, keys, within) {
      await inTransaction(within, async (within) => {
        await lockTenant(tenantId, within)
        await within<Row>('signing_keys').where({ tenant_id: tenantId }).delete()
        await within<Row>('signing_keys').insert(keys.map(toRow))
      })
    },

    async removeExpired(at) {
      return knex<Row>('signing_keys').where('expires_at', '<=', at).delete()
    },
  }
}

// One change of keys at a time: the loser of a race sees what the winner wrote, not a violated constraint.
async function lockTenant(tenantId: TenantId, within: Knex.Transaction): Promise<void> {
  await within('tenants').where({ id: tenantId }).forNoKeyUpdate().first('id')
}

function toRow(key: StoredSigningKey): Row {
  return {
    tenant_id: key.tenantId,
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    public_jwk: JSON.stringify(key.publicJwk),
    sealed_private_jwk: key.sealedPrivateJwk,
    created_at: key.createdAt,
    changed_at: key.changedAt,
    expires_at: key.expiresAt ?? null,
  }
}

function fromRow(row: Row): StoredSigningKey {
  return {
    tenantId: brandId(row.tenant_id),
    kid: row.kid,
    alg: row.alg,
    state: row.state,
    publicJwk: row.public_jwk as JWK, // written by this store only
    createdAt: row.created_at,
    changedAt: row.changed_at,
    expiresAt: row.expires_at ?? undefined,
    sealedPrivateJwk: row.sealed_private_jwk,
  }
}
