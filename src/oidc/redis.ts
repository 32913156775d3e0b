import { epochSeconds, type Clock } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import type { TenantId } from '#kit/ids.ts'
import { guarded } from '#storage/outage.ts'
import type { RedisConnection, RedisScript } from '#storage/redis.ts'
import type { ArtifactModel, ArtifactStore } from './oidc.ts'
import { artifactKey, createRedisIndex, lifetime, type IndexName } from './redis-index.ts'
import {
  consumeArtifact,
  expireArtifact,
  insertArtifact,
  takeArtifact,
  updateArtifact,
  upsertArtifact,
} from './redis-scripts.ts'

/** Artifacts in Redis. Every step is one single-key script; what belongs together is found through indexes. */
export function createRedisArtifactStore(deps: {
  readonly redis: RedisConnection
  readonly clock: Clock
}): ArtifactStore {
  const { redis, clock } = deps
  const index = createRedisIndex(deps)
  const run = (script: RedisScript, key: string, args: readonly (string | number)[]) =>
    guarded(() => script(redis, key, args))

  async function read(tenantId: TenantId, model: ArtifactModel, id: string, at: number) {
    const key = artifactKey(tenantId, model, id)
    const [payload, expiry, consumed] = await guarded(() => redis.hmget(key, 'p', 'e', 'c'))
    if (payload === null || payload === undefined) return undefined
    const expiresAt = expiry ? Number(expiry) : Infinity
    if (expiresAt <= at) return undefined
    const consumedAt = consumed ? Number(consumed) : undefined
    return { found: { id, payload, consumedAt }, expiresAt }
  }

  async function findNewest(tenantId: TenantId, name: IndexName, value: string, at: number) {
    const candidates = await index.newest(tenantId, name, value)
    const read20 = candidates.map(([model, id]) => read(tenantId, model, id, at))
    const living = (await Promise.all(read20)).filter((artifact) => artifact !== undefined)
    living.sort((a, b) => b.expiresAt - a.expiresAt)
    return living[0]?.found
  }

  return {
    find: async (tenantId, model, id, at) => (await read(tenantId, model, id, at))?.found,
    findByUid: (tenantId, uid, at) => findNewest(tenantId, 'uid', uid, at),
    findByUserCode: (tenantId, code, at) => findNewest(tenantId, 'user_code', code, at),

    async upsert(tenantId, artifact) {
      await index.add(tenantId, artifact)
      const args = [artifact.payload, ...lifetime(artifact.expiresAt, clock)]
      await run(upsertArtifact, artifactKey(tenantId, artifact.model, artifact.id), args)
    },

    async update(tenantId, artifact, expected) {
      const now = epochSeconds(clock)
      const args = [artifact.payload, ...lifetime(artifact.expiresAt, clock), now, expected]
      const key = artifactKey(tenantId, artifact.model, artifact.id)
      if ((await run(updateArtifact, key, args)) !== 1) return false
      await index.add(tenantId, artifact)
      return true
    },

    async insert(tenantId, artifact) {
      await index.add(tenantId, artifact)
      const args = [artifact.payload, ...lifetime(artifact.expiresAt, clock), epochSeconds(clock)]
      const key = artifactKey(tenantId, artifact.model, artifact.id)
      return (await run(insertArtifact, key, args)) === 1
    },

    consume: async (tenantId, model, id, at) =>
      (await run(consumeArtifact, artifactKey(tenantId, model, id), [at])) === 1,

    async undoRotation(tenantId, model, { used, successor }) {
      await guarded(() => redis.unlink(artifactKey(tenantId, model, successor)))
      await guarded(() => redis.hdel(artifactKey(tenantId, model, used), 'c'))
    },

    async expire(tenantId, model, id, expiresAt) {
      await run(expireArtifact, artifactKey(tenantId, model, id), lifetime(expiresAt, clock))
    },

    ...createEndings(redis, index),
  }
}

type Endings = Pick<
  ArtifactStore,
  | 'destroy'
  | 'destroyByUid'
  | 'destroyByGrant'
  | 'destroyByOwner'
  | 'destroyAccess'
  | 'removeExpired'
>

function createEndings(
  redis: RedisConnection,
  index: ReturnType<typeof createRedisIndex>,
): Endings {
  return {
    async destroy(tenantId, model, id) {
      await guarded(() => redis.unlink(artifactKey(tenantId, model, id)))
    },

    async destroyByUid(tenantId, uid) {
      const members = await index.newest(tenantId, 'uid', uid)
      const taken = members.map(async ([model, id]) => {
        const key = artifactKey(tenantId, model, id)
        const answer = await guarded(() => takeArtifact(redis, key, []))
        const [payload, consumed] = answer as readonly (string | null)[] // as the script answers
        if (typeof payload !== 'string') return []
        return [{ id, payload, consumedAt: consumed ? Number(consumed) : undefined }]
      })
      return (await Promise.all(taken)).flat()
    },

    async destroyByGrant(tenantId, grantId) {
      const grants = [grantId, sha256(grantId)].map((id) => artifactKey(tenantId, 'Grant', id))
      await Promise.all(grants.map((key) => guarded(() => redis.unlink(key))))
      await index.destroyAll(tenantId, 'grant', grantId)
    },

    destroyByOwner: (tenantId, owner) =>
      'accountId' in owner
        ? index.destroyAll(tenantId, 'account', owner.accountId)
        : index.destroyAll(tenantId, 'client', owner.clientId),

    destroyAccess: (tenantId, accountId, clientId) =>
      index.destroyBoth(tenantId, ['account', accountId], ['client', clientId]),

    removeExpired: async () => 0, // Redis forgets by itself
  }
}
