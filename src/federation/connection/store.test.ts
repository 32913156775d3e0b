import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createMemoryDomainStore } from './domain/memory.ts'
import { createPostgresDomainStore } from './domain/postgres.ts'
import { createMemoryConnectionStore } from './memory.ts'
import { createPostgresConnectionStore } from './postgres.ts'
import {
  describeConnectionStores,
  describeDomainStores,
  exampleConnection,
  exampleId,
  exampleSettings,
} from './store.contract.ts'

const inMemory = async () => ({
  connections: createMemoryConnectionStore(),
  domains: createMemoryDomainStore(),
  addTenant: async () => newId<never>(),
  [Symbol.asyncDispose]: async () => undefined,
})
describeConnectionStores('memory', inMemory)
describeDomainStores('memory', inMemory)

for (const kind of availableDatabases()) {
  const open = async () => {
    const database = await kind.open()
    return {
      connections: createPostgresConnectionStore({ database }),
      domains: createPostgresDomainStore({ database }),
      addTenant: () => addTenant(database),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  }
  describeConnectionStores(kind.name, open)
  describeDomainStores(kind.name, open)

  describe(`connections on ${kind.name}`, () => {
    it('read what a newer or an older release wrote (R12)', async () => {
      await using database = await kind.open()
      const tenantId = await addTenant(database)
      const store = createPostgresConnectionStore({ database })
      await store.insert(exampleConnection(tenantId))
      const { issuer, client_id } = { issuer: 'https://id.acme.test', client_id: 'signet' }
      const settings = JSON.stringify({ issuer, client_id, of_tomorrow: true })
      await database.knex('connections').update({ settings })
      assert.deepEqual((await store.find(tenantId, exampleId))?.settings, exampleSettings())
    })

    it('take their domains and proofs along when they go', async () => {
      await using database = await kind.open()
      const tenantId = await addTenant(database)
      const store = createPostgresConnectionStore({ database })
      const domains = createPostgresDomainStore({ database })
      await store.insert(exampleConnection(tenantId))
      const key = { tenantId, connectionId: exampleId, domain: 'acme.test' }
      const at = new Date()
      await domains.claim({ ...key, challenge: 'c', isEnforced: false, claimedAt: at })
      await domains.prove(key, { by: 'dns', at })
      await store.remove(tenantId, exampleId)
      assert.deepEqual(await database.knex('proved_domains'), [])
      assert.deepEqual(await domains.list(tenantId), [])
    })
  })
}
