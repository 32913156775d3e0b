import { newId } from '#kit/random.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createMemorySessionStore } from './memory.ts'
import { createPostgresSessionStore } from './postgres.ts'
import type { SessionOwner } from './session.ts'
import { describeSessionStore } from './store.contract.ts'

describeSessionStore('memory', async () => ({
  store: createMemorySessionStore(),
  addOwner: async () => ({ tenantId: newId(), id: newId() }),
  [Symbol.asyncDispose]: async () => undefined,
}))

for (const kind of availableDatabases()) {
  describeSessionStore(kind.name, async () => {
    const database = await kind.open()
    return {
      store: createPostgresSessionStore({ database }),
      async addOwner() {
        const owner: SessionOwner = { tenantId: await addTenant(database), id: newId() }
        const times = { created_at: new Date(0), updated_at: new Date(0) }
        await database.knex('accounts').insert({
          ...times,
          tenant_id: owner.tenantId,
          id: owner.id,
          email: 'ada@example.test',
          email_canonical: 'ada@example.test',
          email_verified: true,
          profile: '{}',
          status: 'active',
        })
        return owner
      },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })
}
