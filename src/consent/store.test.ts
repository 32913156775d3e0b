import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import { addTenant, availableDatabases, type TestDatabase } from '#test/support/databases.ts'
import { createMemoryConsentStore } from './memory.ts'
import { createPostgresConsentStore } from './postgres.ts'
import { describeConsentStore, exampleConsent, type ConsentOwners } from './store.contract.ts'

const newOwners = (): ConsentOwners => ({
  tenantId: newId(),
  accountId: newId(),
  clientId: newId(),
})

describeConsentStore('memory', async () => ({
  store: createMemoryConsentStore(),
  addOwners: async () => newOwners(),
  [Symbol.asyncDispose]: async () => undefined,
}))

async function addOwners(database: TestDatabase): Promise<ConsentOwners> {
  const { knex } = database
  const owners = newOwners()
  const { tenantId, accountId, clientId } = owners
  const at = new Date('2030-01-01T00:00:00.000Z')
  const times = { created_at: at, updated_at: at }
  await addTenant(database, tenantId)
  const account = { email: 'ada@example.test', email_canonical: 'ada@example.test', profile: '{}' }
  await knex('accounts').insert({
    ...account,
    ...times,
    id: accountId,
    tenant_id: tenantId,
    email_verified: true,
    status: 'active',
  })
  const client = { client_id: clientId, metadata: '{}', status: 'active', origin: 'seed' }
  await knex('clients').insert({ ...client, ...times, tenant_id: tenantId })
  return owners
}

for (const kind of availableDatabases()) {
  describeConsentStore(kind.name, async () => {
    const database = await kind.open()
    return {
      store: createPostgresConsentStore({ database }),
      addOwners: () => addOwners(database),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })

  describe(`consents on ${kind.name}`, () => {
    it('end with their client, and cannot be given to one that is gone', async () => {
      await using database = await kind.open()
      const owners = await addOwners(database)
      const store = createPostgresConsentStore({ database })
      await store.put(exampleConsent(owners))
      await database.knex('clients').where({ client_id: owners.clientId }).delete()
      const { tenantId, accountId, clientId } = owners
      assert.equal(await store.find(tenantId, accountId, clientId), undefined)
      await assert.rejects(store.put(exampleConsent(owners)), {
        code: 'consent.owner_gone',
        status: 409,
      })
    })

    it('fall with the transaction they were given in', async () => {
      await using database = await kind.open()
      const owners = await addOwners(database)
      const store = createPostgresConsentStore({ database })
      const failing = database.transaction(async (within) => {
        await store.put(exampleConsent(owners), within)
        throw new Error('the audit log is not writable')
      })
      await assert.rejects(failing, /audit log/)
      const { tenantId, accountId, clientId } = owners
      assert.equal(await store.find(tenantId, accountId, clientId), undefined)
    })
  })
}
