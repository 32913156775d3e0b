import type { TenantId } from '#kit/ids.ts'
import type { TenantRecord, TenantStore } from './tenant.ts'

export function createMemoryTenantStore(): TenantStore {
  const tenants = new Map<TenantId, TenantRecord>()
  const find = (matches: (tenant: TenantRecord) => boolean) =>
    [...tenants.values()].find((tenant) => matches(tenant))
  const holdsIssuer = (issuer: string | undefined, except?: TenantId) =>
    issuer !== undefined &&
    find((tenant) => tenant.issuer === issuer && tenant.id !== except) !== undefined

  return {
    findById: async (id) => tenants.get(id),
    findBySlug: async (slug) => find((tenant) => tenant.slug === slug),
    findByIssuer: async (issuer) => find((tenant) => tenant.issuer === issuer),
    list: async () => [...tenants.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1)),

    async insert(tenant) {
      if (find((other) => other.slug === tenant.slug) || holdsIssuer(tenant.issuer)) return false
      tenants.set(tenant.id, tenant)
      return true
    },

    async update(tenant) {
      const before = tenants.get(tenant.id)
      if (!before || holdsIssuer(tenant.issuer, tenant.id)) return false
      const { name, issuer, status, settings } = tenant
      tenants.set(tenant.id, {
        ...before,
        name,
        issuer,
        status,
        settings,
        version: before.version + 1,
      })
      return true
    },
  }
}
