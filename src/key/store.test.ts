import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { createMemoryKeyStore } from './memory.ts'
import { createPostgresKeyStore } from './postgres.ts'
import { createKeys } from './service.ts'
import { describeKeyStore, firstKeys } from './store.contract.ts'

describeKeyStore('memory', async () => ({
  store: createMemoryKeyStore(),
  addTenant: async () => newId(),
  [Symbol.asyncDispose]: async () => undefined,
}))

for (const kind of availableDatabases()) {
  describeKeyStore(kind.name, async () => {
    const database = await kind.open()
    return {
      store: createPostgresKeyStore({ database }),
      addTenant: () => addTenant(database),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })

  describe(`signing keys on ${kind.name}`, () => {
    it('a rotation falls with the transaction it belongs to', async () => {
      await using database = await kind.open()
      const tenantId = await addTenant(database)
      const store = createPostgresKeyStore({ database })
      await store.insert(firstKeys(tenantId))
      const [first] = firstKeys(tenantId)
      assert.ok(first)
      const failing = database.transaction(async (within) => {
        await store.replaceAll(tenantId, [first], within)
        assert.equal((await store.list(tenantId, within)).length, 1)
        throw new Error('the audit log is not writable')
      })
      await assert.rejects(failing, /audit log/)
      assert.equal((await store.list(tenantId)).length, 4)
    })

    it('processes that start, rotate and declare an emergency at once agree', async () => {
      await using database = await kind.open()
      const tenantId = await addTenant(database)
      const clock = createFakeClock()
      const startProcess = () =>
        createKeys({
          store: createPostgresKeyStore({ database }),
          sealer: createSealer(createKeyDeriver([Buffer.alloc(32, 7)])),
          audit: createRecordingAudit(),
          transactor: database,
          clock,
        })
      const versions = async () => {
        const sets = await Promise.all([1, 2].map(() => startProcess().keySet(tenantId)))
        return new Set(sets.map((set) => set.version))
      }
      assert.equal((await versions()).size, 1)
      await Promise.all([1, 2].map(() => startProcess().rotate(tenantId, { emergency: false })))
      assert.equal((await versions()).size, 1)
      assert.equal((await startProcess().list(tenantId)).length, 6)
      await Promise.all([1, 2].map(() => startProcess().rotate(tenantId, { emergency: true })))
      assert.equal((await versions()).size, 1)
      assert.equal((await startProcess().list(tenantId)).length, 4)
    })
  })
}
