import type { Database } from '#storage/storage.ts'
import type { SubjectKeyStore } from '../oidc.ts'

export function createPostgresSubjectKeyStore({ knex }: Database): SubjectKeyStore {
  return {
    async getOrInsert(tenantId, sealed) {
      await knex('subject_keys')
        .insert({ tenant_id: tenantId, sealed_key: sealed })
        .onConflict()
        .ignore()
      const row = await knex('subject_keys')
        .where({ tenant_id: tenantId })
        .first<{ sealed_key: string }>('sealed_key')
      return row.sealed_key
    },
  }
}
