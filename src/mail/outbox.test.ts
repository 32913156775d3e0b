import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brandId, type TenantId } from '#kit/ids.ts'
import type { Clock } from '#kit/clock.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { Outbox } from './mail.ts'
import { createMemoryOutbox } from './memory.ts'
import { createPostgresOutbox } from './postgres.ts'
import { exampleMail, outboxContract } from './store.contract.ts'

const tenantId = brandId<TenantId>('main')

outboxContract('memory', async () => ({
  tenantId,
  outbox: (clock: Clock): Outbox => createMemoryOutbox({ clock }),
  empty: async () => undefined,
  close: async () => undefined,
}))

for (const kind of availableDatabases()) {
  outboxContract(kind.name, async () => {
    const database = await kind.open()
    await addTenant(database, tenantId)
    return {
      tenantId,
      outbox: (clock: Clock): Outbox => createPostgresOutbox({ database, clock }),
      empty: async () => void (await database.knex('mail_outbox').delete()),
      close: async () => database[Symbol.asyncDispose](),
    }
  })

  describe(`outbox rows on ${kind.name}`, () => {
    test('a mail is queued with the change it tells of, or not at all', async () => {
      await using database = await kind.open()
      await addTenant(database, tenantId)
      const outbox = createPostgresOutbox({ database, clock: createFakeClock() })
      const failing = database.transaction(async (within) => {
        await outbox.enqueue(exampleMail(tenantId), within)
        throw new Error('the change failed')
      })
      await assert.rejects(failing, /the change failed/)
      assert.deepEqual(await outbox.recent(10), [])
    })
  })
}
