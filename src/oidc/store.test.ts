import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Database } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import { createMemoryArtifactStore } from './memory.ts'
import type { Artifact, ArtifactModel } from './oidc.ts'
import { createPlacedArtifactStore } from './placement.ts'
import { createPostgresArtifactStore } from './postgres.ts'
import { createRedisArtifactStore } from './redis.ts'
import { contractTenants } from './store-scene.contract.ts'
import { testArtifactStore } from './store.contract.ts'

testArtifactStore('memory', async () => {
  const clock = createFakeClock()
  const store = createMemoryArtifactStore({ clock })
  return { store, clock, [Symbol.asyncDispose]: async () => undefined }
})

testArtifactStore('two placed stores', async () => {
  const clock = createFakeClock()
  const store = createPlacedArtifactStore({
    durable: createMemoryArtifactStore({ clock }),
    shortLived: createMemoryArtifactStore({ clock }),
  })
  return { store, clock, [Symbol.asyncDispose]: async () => undefined }
})

for (const kind of availableDatabases()) {
  testArtifactStore(kind.name, async () => {
    const clock = createFakeClock()
    const database = await kind.open()
    await addTenants(database)
    const store = createPostgresArtifactStore({ database, clock })
    return { store, clock, [Symbol.asyncDispose]: () => database.close() }
  })

  describe(`expiry of artifacts in ${kind.name}`, () => {
    it('removes what expired, at most as much as asked for, and keeps what never expires', async () => {
      await using database = await kind.open()
      await addTenants(database)
      const clock = createFakeClock()
      const store = createPostgresArtifactStore({ database, clock })
      const now = clock.now() / 1000
      const save = (id: string, expiresAt: number | undefined) =>
        store.upsert(contractTenants.main, artifact('Session', id, expiresAt))
      for (const id of ['a', 'b', 'c']) await save(id, now + 10)
      await save('later', now + 100)
      await save('never', undefined)
      assert.deepEqual(
        [await store.removeExpired(now + 50, 2), await store.removeExpired(now + 50, 2)],
        [2, 1],
      )
      const left = await database.knex('oidc_artifacts').pluck('id').orderBy('id')
      assert.deepEqual(left, ['later', 'never'])
    })
  })
}

if (hasRedis()) {
  testArtifactStore('redis', async () => {
    const { redis, [Symbol.asyncDispose]: dispose } = await openRedis()
    const clock = createFakeClock()
    const store = createRedisArtifactStore({ redis, clock })
    return { store, clock, [Symbol.asyncDispose]: dispose }
  })

  describe('what Redis keeps', () => {
    it('gives every timed key an end, and none to what never expires', async () => {
      await using opened = await openRedis()
      const clock = createFakeClock()
      const store = createRedisArtifactStore({ redis: opened.redis, clock })
      const owner = { grantId: 'g', clientId: 'c' } as unknown as Partial<Artifact> // brands
      const timed = artifact('RefreshToken', 'timed', clock.now() / 1000 + 60)
      await store.upsert(contractTenants.main, { ...timed, ...owner })
      for (const key of await opened.redis.keys('*')) {
        const left = await opened.redis.pttl(key)
        assert.ok(left > 60_000 && left <= 120_000, `${key} lives ${left} ms`)
      }
      await store.upsert(contractTenants.main, { ...artifact('Grant', 'x', undefined), ...owner })
      await store.upsert(contractTenants.main, { ...timed, ...owner })
      const endless = await endlessKeys(opened.redis)
      assert.equal(endless.length, 3) // the Grant and both indexes
    })

    it('forgets the expired members of an index, so that it holds only the living', async () => {
      await using opened = await openRedis()
      const clock = createFakeClock()
      const store = createRedisArtifactStore({ redis: opened.redis, clock })
      const clientId = 'c' as unknown as NonNullable<Artifact['clientId']> // brand
      for (let at = 0; at < 10; at += 1) {
        const token = artifact('ClientCredentials', `${at}`, clock.now() / 1000 + 60)
        await store.upsert(contractTenants.main, { ...token, clientId })
        clock.advance(30_000)
      }
      const [index] = await opened.redis.keys('*client:c')
      assert.equal(await opened.redis.zcard(index ?? ''), 3)
    })

    it('brings an artifact that is already over to its end at once, with a whole number', async () => {
      await using opened = await openRedis()
      const clock = createFakeClock()
      const store = createRedisArtifactStore({ redis: opened.redis, clock })
      const past = artifact('Session', 'past', clock.now() / 1000 - 1e6)
      await store.upsert(contractTenants.main, past)
      assert.ok((await endlessKeys(opened.redis)).length === 0)
    })
  })
}

describe('placement', () => {
  it('keeps in Redis only what may be lost with it (DESIGN §4)', async () => {
    const clock = createFakeClock()
    const durable = createMemoryArtifactStore({ clock })
    const shortLived = createMemoryArtifactStore({ clock })
    const store = createPlacedArtifactStore({ durable, shortLived })
    const now = clock.now() / 1000
    const homes: Record<ArtifactModel, 'durable' | 'shortLived'> = {
      AccessToken: 'shortLived',
      AuthorizationCode: 'shortLived',
      ClientCredentials: 'shortLived',
      DeviceCode: 'shortLived',
      Grant: 'durable',
      InitialAccessToken: 'durable',
      Interaction: 'shortLived',
      PushedAuthorizationRequest: 'shortLived',
      RefreshToken: 'durable',
      RegistrationAccessToken: 'durable',
      ReplayDetection: 'shortLived',
      Session: 'durable',
    }
    for (const model of Object.keys(homes) as ArtifactModel[]) {
      await store.upsert(contractTenants.main, artifact(model, 'x', now + 60))
      const inDurable = await durable.find(contractTenants.main, model, 'x', now)
      const inShortLived = await shortLived.find(contractTenants.main, model, 'x', now)
      assert.equal(inDurable ? 'durable' : inShortLived && 'shortLived', homes[model], model)
      assert.ok(!(inDurable && inShortLived), model)
    }
  })
})

function artifact(model: ArtifactModel, id: string, expiresAt: number | undefined): Artifact {
  return { model, id, payload: '{}', expiresAt }
}

async function endlessKeys(redis: {
  keys(pattern: string): Promise<string[]>
  pttl(key: string): Promise<number>
}): Promise<string[]> {
  const keys = await redis.keys('*')
  const lives = await Promise.all(keys.map((key) => redis.pttl(key)))
  return keys.filter((_, at) => lives[at] === -1)
}

async function addTenants(database: Database): Promise<void> {
  const row = (id: string) => ({ id, slug: id, name: id, status: 'active', settings: '{}' })
  await database.knex('tenants').insert(Object.values(contractTenants).map(row))
}
