import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { availableDatabases } from '#test/support/databases.ts'
import { createMemoryTenantStore } from './memory.ts'
import { createPostgresTenantStore } from './postgres.ts'
import { describeTenantStore, exampleTenant } from './store.contract.ts'

describeTenantStore('memory', async () => ({
  store: createMemoryTenantStore(),
  [Symbol.asyncDispose]: async () => undefined,
}))

for (const kind of availableDatabases()) {
  describeTenantStore(kind.name, async () => {
    const database = await kind.open()
    return {
      store: createPostgresTenantStore({ database }),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })

  describe(`tenant rows on ${kind.name}`, () => {
    it('a taken slug or issuer does not spoil the transaction that met it', async () => {
      await using database = await kind.open()
      const store = createPostgresTenantStore({ database })
      const acme = exampleTenant('acme', { issuer: 'https://id.acme.test' })
      await database.transaction(async (within) => {
        assert.equal(await store.insert(acme, within), true)
        assert.equal(await store.insert(exampleTenant('acme'), within), false)
        const other = exampleTenant('other')
        assert.equal(await store.insert(other, within), true)
        assert.equal(await store.update({ ...other, issuer: acme.issuer }, within), false)
        assert.equal((await store.list(within)).length, 2)
      })
      assert.equal((await store.list()).length, 2)
    })

    it('reads settings a newer release wrote, during a rolling deploy (R12)', async () => {
      await using database = await kind.open()
      const store = createPostgresTenantStore({ database })
      const acme = exampleTenant('acme')
      await store.insert(acme)
      await database
        .knex('tenants')
        .update({ settings: JSON.stringify({ ...acme.settings, from_tomorrow: true }) })
      assert.deepEqual(await store.findById(acme.id), acme)
      await database.knex('tenants').update({ settings: '{}' })
      assert.deepEqual(await store.findById(acme.id), acme)
    })
  })
}
