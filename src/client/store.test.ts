import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { verifySecret } from './client.ts'
import { createMemoryClientStore, createMemoryResourceStore } from './memory.ts'
import { createPostgresClientStore, createPostgresResourceStore } from './postgres.ts'
import { createClients } from './service.ts'
import { describeClientStores, exampleClient, exampleResource } from './store.contract.ts'

describeClientStores('memory', async () => ({
  clients: createMemoryClientStore(),
  resources: createMemoryResourceStore(),
  addTenant: async () => newId(),
  [Symbol.asyncDispose]: async () => undefined,
}))

for (const kind of availableDatabases()) {
  describeClientStores(kind.name, async () => {
    const database = await kind.open()
    return {
      clients: createPostgresClientStore({ database }),
      resources: createPostgresResourceStore({ database }),
      addTenant: () => addTenant(database),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })

  describe(`clients on ${kind.name}`, () => {
    const open = async () => {
      const database = await kind.open()
      const audit = createRecordingAudit()
      const store = createPostgresClientStore({ database })
      const clients = createClients({
        store,
        resources: createPostgresResourceStore({ database }),
        clock: createFakeClock(),
        audit,
        ender: { endClient: async () => undefined },
        transactor: database,
      })
      const tenantId = await addTenant(database)
      return { database, store, clients, audit, tenantId }
    }

    it('a change falls with its audit event (Q91)', async () => {
      const { database, store, clients, audit, tenantId } = await open()
      await using _ = database
      const client = exampleClient(tenantId)
      await store.insert(client)
      audit.fail = true
      await assert.rejects(clients.setStatus(tenantId, client.clientId, 'disabled'))
      await assert.rejects(clients.rotateSecret(tenantId, client.clientId))
      await assert.rejects(clients.putResource(exampleResource(tenantId)))
      assert.deepEqual(await store.find(tenantId, client.clientId), client)
      assert.deepEqual(await clients.listResources(tenantId), [])
    })

    it('of secrets rotated at once, the last two are live: none that was handed out last is lost', async () => {
      const { database, store, clients, tenantId } = await open()
      await using _ = database
      const client = exampleClient(tenantId)
      await store.insert(client)
      const rotate = () => clients.rotateSecret(tenantId, client.clientId)
      const secrets = await Promise.all([rotate(), rotate()])
      const after = await store.find(tenantId, client.clientId)
      assert.ok(after)
      assert.deepEqual(
        secrets.map((secret) => secret !== undefined && verifySecret(after, secret)),
        [true, true],
      )
    })

    it('works inside the transaction of its caller, where the one connection is taken', async () => {
      const { database, clients, tenantId } = await open()
      await using _ = database
      const resources = { 'https://api.example.test': ['read'] }
      const metadata = { client_id: 'demo', redirect_uris: ['https://app.test/cb'], resources }
      await database.transaction(async (within) => {
        await clients.putResource(exampleResource(tenantId), within)
        const input = { tenantId, origin: 'seed' as const, metadata }
        const made = await clients.create(input, within)
        assert.equal(made.outcome, 'saved')
        assert.equal((await clients.create(input, within)).outcome, 'taken')
        if (made.outcome !== 'saved') return
        const { clientId } = made.client
        const again = await clients.replace({ ...input, clientId }, within)
        assert.equal(again.outcome, 'saved')
      })
      assert.equal((await clients.list(tenantId)).length, 1)
    })
  })
}
