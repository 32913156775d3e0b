import type { Audit, AuditActor } from '#audit/audit.ts'
import { createCache } from '#kit/cache.ts'
import type { Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import type { Sealer } from '#kit/sealer.ts'
import type { Transactor } from '#storage/storage.ts'
import { generateSigningKey } from './generate.ts'
import { signingAlgorithms } from './key.ts'
import { keySetVersion, loadKeySet, publicPart, publishedKeys } from './key-set.ts'
import type {
  Keys,
  KeySet,
  KeyState,
  KeyStore,
  SigningAlgorithm,
  SigningKey,
  StoredSigningKey,
} from './key.ts'

/**
 * How long a retired key stays published. Tokens and relying parties' caches are over within the hour; an ID token
 * also comes back as `id_token_hint` for as long as the session may live, 30 days (RP-Initiated Logout §4).
 */
const retirement = 30 * 24 * 3600 * 1000

const maxTenants = 2000

type Slot = { readonly alg: SigningAlgorithm; readonly state: KeyState }

const slots: readonly Slot[] = signingAlgorithms.flatMap((alg) => [
  { alg, state: 'current' },
  { alg, state: 'next' },
])

export function createKeys(deps: {
  readonly store: KeyStore
  readonly sealer: Sealer
  readonly clock: Clock
  readonly audit: Audit
  readonly transactor: Transactor
}): Keys {
  const { store, clock, sealer } = deps
  const loaded = new Map<TenantId, KeySet>()
  const sets = createCache({
    load: loadSet,
    clock,
    ttl: 1000,
    max: maxTenants,
    keepsOnOutage: true,
  })

  // Opening private keys is dear and what changes is rare: the same version gives the same objects.
  async function loadSet(tenantId: TenantId): Promise<KeySet> {
    const published = publishedKeys(await complete(deps, tenantId), clock.now())
    const known = loaded.get(tenantId)
    if (known?.version === keySetVersion(published)) return known
    const fresh = loadKeySet(tenantId, published, sealer)
    if (loaded.size >= maxTenants) loaded.clear()
    loaded.set(tenantId, fresh)
    return fresh
  }

  async function list(tenantId: TenantId): Promise<readonly SigningKey[]> {
    return publishedKeys(await store.list(tenantId), clock.now()).map(publicPart)
  }

  return {
    keySet: (tenantId) => sets.get(tenantId),
    peekKeySet: (tenantId) => sets.peek(tenantId),
    list,

    async rotate(tenantId, { emergency }, actor = { kind: 'system' }) {
      await (emergency ? replaceAll(deps, tenantId, actor) : promoteNext(deps, tenantId, actor))
      sets.forget(tenantId)
      return list(tenantId)
    },
  }
}

type Deps = Parameters<typeof createKeys>[0]

/** The keys of a tenant, each slot filled. Several processes may fill at once: the store decides, all read it again. */
async function complete(deps: Deps, tenantId: TenantId): Promise<readonly StoredSigningKey[]> {
  const { store } = deps
  const stored = await store.list(tenantId)
  const missing = slots.filter((slot) => !find(stored, slot))
  if (missing.length === 0) return stored
  await store.insert(await generate(deps, tenantId, missing))
  const filled = await store.list(tenantId)
  if (!slots.every((slot) => find(filled, slot)))
    throw new Error('a tenant is without signing keys')
  return filled
}

async function promoteNext(deps: Deps, tenantId: TenantId, actor: AuditActor): Promise<void> {
  const { store, clock, transactor, audit } = deps
  const before = await complete(deps, tenantId)
  const successors = await generate(
    deps,
    tenantId,
    signingAlgorithms.map((alg) => ({ alg, state: 'next' })),
  )
  const at = new Date(clock.now())
  const retiredUntil = new Date(at.getTime() + retirement)

  await transactor.transaction(async (within) => {
    const promoted: string[] = []
    for (const successor of successors) {
      const { alg } = successor
      const expectedNextKid = find(before, { alg, state: 'next' })?.kid ?? ''
      const change = { tenantId, alg, expectedNextKid, successor, at, retiredUntil }
      if (await store.rotate(change, within)) promoted.push(expectedNextKid)
    }
    if (promoted.length === 0) return // someone else rotated in the meantime: that was what was asked for
    const detail = { promoted, emergency: false }
    await audit.append({ tenantId, type: 'key.rotated', outcome: 'success', actor, detail }, within)
  })
}

async function replaceAll(deps: Deps, tenantId: TenantId, actor: AuditActor): Promise<void> {
  const { store, transactor, audit } = deps
  const fresh = await generate(deps, tenantId, slots)
  const promoted = fresh.filter((key) => key.state === 'current').map((key) => key.kid)

  await transactor.transaction(async (within) => {
    await store.replaceAll(tenantId, fresh, within)
    const detail = { promoted, emergency: true }
    await audit.append({ tenantId, type: 'key.rotated', outcome: 'success', actor, detail }, within)
  })
}

function generate(
  { sealer, clock }: Deps,
  tenantId: TenantId,
  wanted: readonly Slot[],
): Promise<readonly StoredSigningKey[]> {
  const at = new Date(clock.now())
  return Promise.all(wanted.map((slot) => generateSigningKey({ ...slot, tenantId, at }, sealer)))
}

function find<Key extends SigningKey>(keys: readonly Key[], slot: Slot): Key | undefined {
  return keys.find((key) => key.alg === slot.alg && key.state === slot.state)
}
