import type { Config } from '#config/config.ts'
import type { Clock } from '#kit/clock.ts'
import type { Throttle } from '#login/login.ts'
import { createPostgresEmailChangeStore } from '#login/email-change/postgres.ts'
import { createPostgresHabitStore } from '#login/risk/postgres.ts'
import { createPostgresThrottle } from '#login/throttle/postgres.ts'
import { createRedisThrottle } from '#login/throttle/redis.ts'
import { createPostgresInvitationStore } from '#login/registration/postgres.ts'
import { createPostgresTrustedDeviceStore } from '#login/trusted-device/postgres.ts'
import { createMemoryArtifactStore } from '#oidc/memory.ts'
import type { ArtifactStore } from '#oidc/oidc.ts'
import { createPlacedArtifactStore } from '#oidc/placement.ts'
import { createPostgresArtifactStore } from '#oidc/postgres.ts'
import { createRedisArtifactStore } from '#oidc/redis.ts'
import { createPostgresSessionStore } from '#session/postgres.ts'
import { createEmbeddedDatabase } from '#storage/embedded.ts'
import { createPostgresEphemeral } from '#storage/ephemeral/postgres.ts'
import { createRedisEphemeral } from '#storage/ephemeral/redis.ts'
import type { Remover } from '#storage/expiry.ts'
import { createPostgresDatabase } from '#storage/postgres.ts'
import { createRedis } from '#storage/redis.ts'
import type { RedisConnection } from '#storage/redis.ts'
import type { Database, Ephemeral } from '#storage/storage.ts'
import type { Logger } from '#telemetry/telemetry.ts'

/** What a process holds open. */
export type Stores = {
  readonly database: Database
  readonly redis: RedisConnection | undefined
  readonly ephemeral: Ephemeral
  readonly artifacts: ArtifactStore
  readonly throttle: Throttle
  readonly removers: Readonly<Record<string, Remover>>
}

export type StoresInput = {
  readonly config: Pick<Config, 'storage'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Opens what a process needs; waits for no server. */
export async function openStores({ config, logger, clock }: StoresInput): Promise<Stores> {
  const { databaseUrl: url, dataDir, pool, redisUrls } = config.storage
  const database =
    url === undefined
      ? await createEmbeddedDatabase({ dataDir, logger })
      : createPostgresDatabase({ url, pool, logger })
  const redis = redisUrls.length > 0 ? createRedis(redisUrls, logger) : undefined
  return { database, redis, ...placeStores(database, redis, clock) }
}

/** What is short-lived lives in Redis where there is one; embedded, in this process, which is the only one. */
function placeStores(
  database: Database,
  redis: RedisConnection | undefined,
  clock: Clock,
): Omit<Stores, 'database' | 'redis'> {
  const durable = createPostgresArtifactStore({ database, clock })
  const throttles = createPostgresThrottle({ database, clock })
  const removers = {
    artifacts: durable.removeExpired,
    throttles: throttles.removeExpired,
    sessions: createPostgresSessionStore({ database }).removeExpired,
    emailChanges: createPostgresEmailChangeStore({ database, clock }).removeExpired,
    invitations: createPostgresInvitationStore({ database }).removeExpired,
    habits: createPostgresHabitStore({ database, clock }).removeExpired,
    trustedDevices: createPostgresTrustedDeviceStore({ database, clock }).removeExpired,
  }
  if (redis) {
    const shortLived = createRedisArtifactStore({ redis, clock })
    return {
      artifacts: createPlacedArtifactStore({ durable, shortLived }),
      ephemeral: createRedisEphemeral({ redis }),
      throttle: createRedisThrottle({ redis, clock }),
      removers,
    }
  }
  const ephemeral = createPostgresEphemeral({ database, clock })
  const kept = { ephemeral, throttle: throttles }
  const withEphemeral = { ...removers, ephemeral: ephemeral.removeExpired }
  if (database.kind === 'postgres') return { ...kept, artifacts: durable, removers: withEphemeral }
  const shortLived = createMemoryArtifactStore({ clock })
  return {
    ...kept,
    artifacts: createPlacedArtifactStore({ durable, shortLived }),
    removers: { ...withEphemeral, memory: shortLived.removeExpired },
  }
}
