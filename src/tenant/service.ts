import type { Clock } from '#kit/clock.ts'
import { AppError } from '#kit/errors.ts'
import type { TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import type { Transaction } from '#storage/storage.ts'
import { checkTenant } from './check.ts'
import { createTenantDirectory, derivedIssuer, withIssuer } from './directory.ts'
import { mainSlug, tenantSettings } from './tenant.ts'
import type { TenantRecord, Tenants, TenantStore } from './tenant.ts'

export function createTenants(deps: {
  readonly store: TenantStore
  readonly clock: Clock
  /** Issuer of the main tenant, byte for byte. */
  readonly issuer: string
}): Tenants {
  const { store, issuer } = deps
  const { forget, ...reads } = createTenantDirectory(deps)

  async function insert(
    input: Pick<TenantRecord, 'slug' | 'name' | 'issuer' | 'settings'>,
    within: Transaction | undefined,
  ): Promise<TenantRecord | undefined> {
    const record: TenantRecord = { ...input, id: newId<TenantId>(), status: 'active', version: 1 }
    const inserted = await store.insert(record, within)
    forget()
    return inserted ? record : undefined
  }

  return {
    ...reads,

    async ensureMain(within) {
      const fresh = {
        slug: mainSlug,
        name: 'Signet',
        issuer: undefined,
        settings: tenantSettings.parse({}),
      }
      const main =
        (await store.findBySlug(mainSlug, within)) ??
        (await insert(fresh, within)) ??
        (await store.findBySlug(mainSlug, within)) // another process was first
      if (!main) throw new Error('the main tenant could be neither found nor made')
      return withIssuer(main, issuer)
    },

    async create(input, within) {
      const checked = checkTenant(input, issuer)
      if (checked.problems) return { outcome: 'invalid', problems: checked.problems }
      const { slug, name } = input
      const { settings } = checked
      const record = await insert({ slug, name, issuer: input.issuer, settings }, within)
      return record
        ? { outcome: 'created', tenant: withIssuer(record, issuer) }
        : { outcome: 'taken' }
    },

    async update(tenant, within) {
      const isDerived = tenant.issuer === derivedIssuer(tenant.slug, issuer)
      const record = { ...tenant, issuer: isDerived ? undefined : tenant.issuer }
      const { problems } = checkTenant(record, issuer)
      if (problems) throw invalid(problems)
      const updated = await store.update(record, within)
      forget()
      if (!updated) throw issuerTaken()
    },
  }
}

function invalid(problems: readonly string[]): AppError {
  return new AppError({
    code: 'tenant.invalid',
    status: 400,
    message: 'The tenant is not valid.',
    details: problems,
  })
}

function issuerTaken(): AppError {
  return new AppError({
    code: 'tenant.issuer_taken',
    status: 409,
    message: 'Another tenant has this issuer, or the tenant is gone.',
  })
}
