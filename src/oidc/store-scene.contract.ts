import { brandId, type AccountId, type ClientId, type GrantId } from '#kit/ids.ts'
import type { SessionUid, TenantId } from '#kit/ids.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import type { Artifact, ArtifactStore } from './oidc.ts'

export type ArtifactStoreUnderTest = AsyncDisposable & {
  readonly store: ArtifactStore
  readonly clock: FakeClock
}

/** The store must be empty and know both as tenants. */
export const contractTenants = {
  main: brandId<TenantId>('tenant-main'),
  other: brandId<TenantId>('tenant-other'),
} as const

export const grantId = brandId<GrantId>('grant-1')
export const accountId = brandId<AccountId>('account-1')
export const clientId = brandId<ClientId>('client-1')
export const uid = brandId<SessionUid>('uid-1')

/** Hands over a store with `now` in epoch seconds and a maker of artifacts that live 60 s. */
export type WithStore = (
  work: (
    store: ArtifactStore,
    now: number,
    make: (fields?: Partial<Artifact>) => Artifact,
    clock: FakeClock,
  ) => Promise<void>,
) => Promise<void>

export function createWithStore(open: () => Promise<ArtifactStoreUnderTest>): WithStore {
  return async (work) => {
    await using opened = await open()
    const now = opened.clock.now() / 1000
    const make = (fields: Partial<Artifact> = {}): Artifact => ({
      model: 'AuthorizationCode',
      id: 'id-1',
      payload: '{"a":1}',
      expiresAt: now + 60,
      ...fields,
    })
    await work(opened.store, now, make, opened.clock)
  }
}

/** Twenty at the same time. */
export const parallel = <T>(run: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 20 }, (_, at) => run(at)))
