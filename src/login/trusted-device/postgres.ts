import type { Knex } from 'knex'
import type { Clock } from '#kit/clock.ts'
import { brandId } from '#kit/ids.ts'
import type { SessionOwner } from '#session/session.ts'
import type { Database } from '#storage/storage.ts'
import type { TrustedDevice, TrustedDeviceStore } from './trusted-device.ts'

const removeExpired = `
  DELETE FROM trusted_devices WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM trusted_devices WHERE expires_at < to_timestamp(?) LIMIT ? FOR UPDATE SKIP LOCKED))`

/** As many as a person looks through. */
const mostListed = 100

export function createPostgresTrustedDeviceStore(deps: {
  readonly database: Database
  readonly clock: Clock
}): TrustedDeviceStore {
  const { knex } = deps.database
  const of = ({ tenantId, id }: SessionOwner, within?: Knex) =>
    (within ?? knex)<Row>('trusted_devices').where({ tenant_id: tenantId, account_id: id })
  const living = (owner: SessionOwner) =>
    of(owner).andWhere('expires_at', '>', new Date(deps.clock.now()))

  return {
    async insert(device, instead, within) {
      const owner = { tenantId: device.tenantId, id: device.accountId }
      await of(owner, within)
        .whereIn('token_hash', [...instead])
        .delete()
      await (within ?? knex)('trusted_devices').insert(toRow(device))
    },

    async find(owner, hashes) {
      const row = await living(owner)
        .whereIn('token_hash', [...hashes])
        .orderBy('trusted_at', 'desc')
        .first()
      return row && fromRow(row)
    },

    async touch({ tenantId, accountId, id }, at) {
      await of({ tenantId, id: accountId }).where({ id }).update({ last_used_at: at })
    },

    async list(owner) {
      const rows = await living(owner).orderBy('last_used_at', 'desc').limit(mostListed)
      return rows.map(fromRow)
    },

    async remove(owner, id, within) {
      return (await of(owner, within).where({ id }).delete()) === 1
    },

    async removeAll(owner, within) {
      return of(owner, within).delete()
    },

    async removeExpired(before, limit) {
      const { rowCount } = await knex.raw<{ rowCount: number }>(removeExpired, [before, limit])
      return rowCount
    },
  }
}

type Row = {
  tenant_id: string
  id: string
  account_id: string
  token_hash: string
  browser: string | null
  system: string | null
  city: string | null
  country: string | null
  trusted_at: Date
  last_used_at: Date
  expires_at: Date
}

function toRow(device: TrustedDevice): Row {
  return {
    tenant_id: device.tenantId,
    id: device.id,
    account_id: device.accountId,
    token_hash: device.tokenHash,
    browser: device.device.browser ?? null,
    system: device.device.system ?? null,
    city: device.place?.city ?? null,
    country: device.place?.country ?? null,
    trusted_at: device.trustedAt,
    last_used_at: device.lastUsedAt,
    expires_at: device.expiresAt,
  }
}

function fromRow(row: Row): TrustedDevice {
  const place = { city: row.city ?? undefined, country: row.country ?? undefined }
  return {
    tenantId: brandId(row.tenant_id),
    id: row.id,
    accountId: brandId(row.account_id),
    tokenHash: row.token_hash,
    device: { browser: row.browser ?? undefined, system: row.system ?? undefined },
    place: place.city === undefined && place.country === undefined ? undefined : place,
    trustedAt: row.trusted_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  }
}
