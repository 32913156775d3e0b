import { z } from 'zod'
import { brandId } from '#kit/ids.ts'
import type { Database } from '#storage/storage.ts'
import { tenantSettings } from './tenant.ts'
import type { TenantRecord, TenantStatus, TenantStore } from './tenant.ts'

type Row = {
  id: string
  slug: string
  name: string
  issuer: string | null
  status: TenantStatus
  settings: unknown
  version: number
}

// A newer release may have written a setting this one does not know: during a rolling deploy both read (R12).
const storedSettings = z.object(tenantSettings.shape)

export function createPostgresTenantStore(deps: { readonly database: Database }): TenantStore {
  const { knex } = deps.database

  return {
    async findById(id, within) {
      const row = await (within ?? knex)<Row>('tenants').where({ id }).first()
      return row && fromRow(row)
    },

    async findBySlug(slug, within) {
      const row = await (within ?? knex)<Row>('tenants').where({ slug }).first()
      return row && fromRow(row)
    },

    async findByIssuer(issuer, within) {
      const row = await (within ?? knex)<Row>('tenants').where({ issuer }).first()
      return row && fromRow(row)
    },

    async list(within) {
      const rows = await (within ?? knex)<Row>('tenants').orderByRaw('slug COLLATE "C"')
      return rows.map(fromRow)
    },

    async insert(tenant, within) {
      const rows = await (within ?? knex)<Row>('tenants')
        .insert({
          ...tenant,
          issuer: tenant.issuer ?? null,
          settings: JSON.stringify(tenant.settings),
        })
        .onConflict()
        .ignore()
        .returning('id')
      return rows.length === 1
    },

    // The statement itself looks whether the issuer is free, so that no violated constraint spoils the caller's
    // transaction. Two tenants that take one issuer in the same instant still meet the UNIQUE constraint.
    async update(tenant, within) {
      const { id, name, issuer, status, settings } = tenant
      const connection = within ?? knex
      const changed = await connection<Row>('tenants')
        .where({ id })
        .modify((query) => {
          if (issuer === undefined) return
          const other = connection<Row>('tenants as other').where({ issuer }).whereNot({ id })
          void query.whereNotExists(other)
        })
        .update({
          name,
          issuer: issuer ?? null,
          status,
          settings: JSON.stringify(settings),
          version: connection.raw('version + 1'),
        })
      return changed === 1
    },
  }
}

function fromRow(row: Row): TenantRecord {
  return {
    id: brandId(row.id),
    slug: row.slug,
    name: row.name,
    issuer: row.issuer ?? undefined,
    status: row.status,
    settings: storedSettings.parse(row.settings),
    version: row.version,
  }
}
