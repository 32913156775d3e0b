import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId, ClientId, TenantId } from '#kit/ids.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createPostgresEphemeral } from '#storage/ephemeral/postgres.ts'
import { createRedisEphemeral } from '#storage/ephemeral/redis.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant } from '#test/support/password-login.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import { pendingLifetime } from './auth.ts'
import type { Proofs } from './auth.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'

const app = brandId<ClientId>('app')
const proofs: Proofs = [
  { method: 'password', accountId: brandId<AccountId>('ada'), amr: ['pwd'], at: 1_900_000_000 },
]

type Home = AsyncDisposable & {
  readonly store: Ephemeral
  readonly pass: (ms: number) => Promise<void>
}

function testPendingSignIns(name: string, open: () => Promise<Home>): void {
  describe(`a sign-in that waits for one more proof, on ${name}`, () => {
    it('goes on with what was proved, once', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      assert.match(handle, /^[\w-]{43}$/)
      assert.deepEqual(await pending.take(tenant, app, handle), proofs)
      assert.equal(await pending.take(tenant, app, handle), undefined)
    })

    it('goes on for one of twenty that come at the same time', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      const taken = await Promise.all(
        Array.from({ length: 20 }, () => pending.take(tenant, app, handle)),
      )
      assert.equal(taken.filter((one) => one !== undefined).length, 1)
    })

    it('is looked at as often as a code is wrong, and gone for all when it is taken', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      assert.deepEqual(await pending.find(tenant, app, handle), proofs)
      assert.deepEqual(await pending.find(tenant, app, handle), proofs)
      await pending.take(tenant, app, handle)
      assert.equal(await pending.find(tenant, app, handle), undefined)
    })

    it('is spent when another application looks at it', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      assert.equal(await pending.find(tenant, brandId<ClientId>('thief'), handle), undefined)
      assert.equal(await pending.take(tenant, app, handle), undefined)
    })

    it('is over after five minutes', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      await home.pass((pendingLifetime + 1) * 1000)
      assert.equal(await pending.take(tenant, app, handle), undefined)
    })

    it('is nothing to another tenant, and spent when another application shows it', async () => {
      await using home = await open()
      const pending = createPendingSignIns(home.store)
      const handle = await pending.begin(tenant, app, proofs)
      const other = { ...tenant, id: brandId<TenantId>('other') }
      assert.equal(await pending.take(other, app, handle), undefined)
      assert.equal(await pending.take(tenant, brandId<ClientId>('thief'), handle), undefined)
      assert.equal(await pending.take(tenant, app, handle), undefined)
    })
  })
}

testPendingSignIns('memory', async () => {
  const clock = createFakeClock()
  return {
    store: createMemoryEphemeral({ clock }),
    pass: async (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: async () => undefined,
  }
})

for (const kind of availableDatabases()) {
  testPendingSignIns(kind.name, async () => {
    const clock = createFakeClock()
    const database = await kind.open()
    return {
      store: createPostgresEphemeral({ database, clock }),
      pass: async (ms) => clock.advance(ms),
      [Symbol.asyncDispose]: () => database.close(),
    }
  })
}

if (hasRedis()) {
  testPendingSignIns('redis', async () => {
    const opened = await openRedis()
    return { ...opened, store: createRedisEphemeral({ redis: opened.redis }) }
  })
}
