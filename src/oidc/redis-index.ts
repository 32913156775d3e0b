import { epochSeconds, type Clock } from '#kit/clock.ts'
import type { TenantId } from '#kit/ids.ts'
import { guarded } from '#storage/outage.ts'
import { redisKey, type RedisConnection } from '#storage/redis.ts'
import { storableExpiry } from './expiry-time.ts'
import type { Artifact, ArtifactModel } from './oidc.ts'
import { addToIndex } from './redis-scripts.ts'

export type IndexName = 'grant' | 'account' | 'client' | 'uid' | 'user_code'

/** Which artifacts belong to a grant, an owner, a name. It never knows less than what lives, and may know more. */
export type RedisIndex = {
  /** Before the artifact itself is written, so that a destroy does not miss it. */
  add(tenantId: TenantId, artifact: Artifact): Promise<void>
  /** The 20 that live longest: the others were replaced and only wait for their end. */
  newest(tenantId: TenantId, name: IndexName, value: string): Promise<[ArtifactModel, string][]>
  destroyAll(tenantId: TenantId, name: IndexName, value: string): Promise<void>
  /** What stands in both. The indexes may lie on two nodes: the smaller one is read, the other asked. */
  destroyBoth(
    tenantId: TenantId,
    smaller: readonly [IndexName, string],
    other: readonly [IndexName, string],
  ): Promise<void>
}

export function createRedisIndex(deps: {
  readonly redis: RedisConnection
  readonly clock: Clock
}): RedisIndex {
  const { redis, clock } = deps

  return {
    async add(tenantId, artifact) {
      const args = [
        toMember(artifact.model, artifact.id),
        ...lifetime(artifact.expiresAt, clock),
        epochSeconds(clock),
      ]
      const keys = placesOf(artifact).map(([name, value]) => indexKey(tenantId, name, value))
      await Promise.all(keys.map((key) => guarded(() => addToIndex(redis, key, args))))
    },

    async newest(tenantId, name, value) {
      const key = indexKey(tenantId, name, value)
      const members = await guarded(() => redis.zrange(key, 0, '19', 'REV'))
      return members.map(fromMember)
    },

    async destroyAll(tenantId, name, value) {
      const index = indexKey(tenantId, name, value)
      for (;;) {
        const members = await guarded(() => redis.zrange(index, 0, '499'))
        if (members.length === 0) return
        const keys = members.map((member) => artifactKey(tenantId, ...fromMember(member)))
        await Promise.all(keys.map((key) => guarded(() => redis.unlink(key))))
        await guarded(() => redis.zrem(index, ...members))
      }
    },

    async destroyBoth(tenantId, smaller, other) {
      const [index, second] = [indexKey(tenantId, ...smaller), indexKey(tenantId, ...other)]
      const members = await guarded(() => redis.zrange(index, 0, '-1'))
      if (members.length === 0) return
      const scores = await guarded(() => redis.zmscore(second, ...members))
      const both = members.filter((_member, at) => scores[at] !== null)
      const keys = both.map((member) => artifactKey(tenantId, ...fromMember(member)))
      await Promise.all(keys.map((key) => guarded(() => redis.unlink(key))))
    },
  }
}

export function artifactKey(tenantId: TenantId, model: ArtifactModel, id: string): string {
  return redisKey('o', tenantId, model, id)
}

// Redis forgets later than we do: what counts is the expiry that is read, by one clock.
const graceMs = 60_000

/** Expiry and time to live as the scripts take them: whole numbers, at least a millisecond, or '' for ever. */
export function lifetime(
  expiresAt: number | undefined,
  clock: Clock,
): [string | number, string | number] {
  const expiry = storableExpiry(expiresAt)
  if (expiry === undefined) return ['', '']
  return [expiry, Math.max(1, Math.ceil(expiry * 1000 - clock.now() + graceMs))]
}

function placesOf(artifact: Artifact): [IndexName, string][] {
  // Worthless once its Grant is gone; and a Grant that is refreshed for months would gather them.
  if (artifact.model === 'AccessToken') return []
  const { grantId, accountId, clientId, uid, userCode } = artifact
  const candidates: [IndexName, string | undefined][] = [
    ['grant', grantId],
    ['account', accountId],
    ['client', clientId],
    ['uid', uid],
    ['user_code', userCode],
  ]
  return candidates.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

function indexKey(tenantId: TenantId, name: IndexName, value: string): string {
  return redisKey('oi', tenantId, name, value)
}

function toMember(model: ArtifactModel, id: string): string {
  return `${model}:${id}`
}

function fromMember(member: string): [ArtifactModel, string] {
  const colon = member.indexOf(':') // no model's name has one
  return [member.slice(0, colon) as ArtifactModel, member.slice(colon + 1)] // written by toMember
}
