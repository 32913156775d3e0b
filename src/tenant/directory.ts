import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import { isCleanText } from '#kit/text.ts'
import { mainSlug, slugPattern } from './tenant.ts'
import type { Tenant, TenantRecord, Tenants, TenantStore } from './tenant.ts'

export type TenantDirectory = Pick<
  Tenants,
  'findById' | 'findBySlug' | 'findByIssuer' | 'peekByIssuer' | 'list'
> & {
  /** After any change of this process. */
  readonly forget: () => void
}

/** The cached reads. A name that no tenant can have is never asked of the store. */
export function createTenantDirectory(deps: {
  readonly store: TenantStore
  readonly clock: Clock
  readonly issuer: string
}): TenantDirectory {
  const { store, clock, issuer } = deps
  const remember = <Key, Value>(load: (key: Key) => Promise<Value>) =>
    createCache({ load, clock, ttl: 1000, max: 2000, keepsOnOutage: true })

  const found = (record: TenantRecord | undefined) => record && withIssuer(record, issuer)

  const byId = remember(async (id: TenantId) => found(await store.findById(id)))
  const bySlug = remember(async (slug: string) => found(await store.findBySlug(slug)))
  const byIssuer = remember(async (own: string) => found(await store.findByIssuer(own)))
  const all = remember<'all', readonly TenantRecord[]>(() => store.list())

  async function findBySlug(slug: string): Promise<Tenant | undefined> {
    return slugPattern.test(slug) ? bySlug.get(slug) : undefined
  }

  async function findByOwnIssuer(own: string): Promise<Tenant | undefined> {
    return own.length <= 512 && isCleanText(own) ? byIssuer.get(own) : undefined
  }

  return {
    findById: async (id) => (isCleanText(id) ? byId.get(id) : undefined),
    findBySlug,

    async findByIssuer(wanted) {
      const slug = slugAt(wanted, issuer)
      const tenant = await (slug === undefined ? findByOwnIssuer(wanted) : findBySlug(slug))
      // A tenant that moved to an issuer of its own no longer answers at the derived one.
      return tenant?.issuer === wanted ? tenant : undefined
    },

    peekByIssuer(wanted) {
      const slug = slugAt(wanted, issuer)
      const tenant = slug === undefined ? byIssuer.peek(wanted) : bySlug.peek(slug)
      return tenant?.issuer === wanted ? tenant : undefined
    },

    list: async () => (await all.get('all')).map((record) => withIssuer(record, issuer)),
    forget: () => [byId, bySlug, byIssuer, all].forEach((cache) => cache.clear()),
  }
}

export function withIssuer(record: TenantRecord, mainIssuer: string): Tenant {
  return { ...record, issuer: record.issuer ?? derivedIssuer(record.slug, mainIssuer) }
}

/** Where a tenant without an issuer of its own is. */
export function derivedIssuer(slug: string, mainIssuer: string): string {
  return slug === mainSlug ? mainIssuer : `${mainIssuer}/t/${slug}`
}

/** The slug an issuer derived from the main one names; undefined when it is not derived. */
function slugAt(wanted: string, mainIssuer: string): string | undefined {
  if (wanted === mainIssuer) return mainSlug
  return wanted.startsWith(`${mainIssuer}/t/`) ? wanted.slice(mainIssuer.length + 3) : undefined
}
