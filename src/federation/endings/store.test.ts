import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { exampleAccount } from '#account/store.contract.ts'
import { createPostgresSessionStore } from '#session/postgres.ts'
import { exampleSession } from '#session/store.contract.ts'
import { addTenant, availableDatabases } from '#test/support/databases.ts'
import { createPostgresSuspectSessions } from './postgres.ts'

for (const kind of availableDatabases()) {
  describe(`a session of before, on ${kind.name}`, () => {
    it('is one as long as nobody signed in anew to it', async () => {
      await using database = await kind.open()
      const account = exampleAccount(await addTenant(database), 'ada')
      await createPostgresAccountStore({ database }).insert(account)
      const sessions = createPostgresSessionStore({ database })
      const suspects = createPostgresSuspectSessions({ database })
      const anew = [{ amr: ['fed'] }, { amr: ['pwd', 'fed'] }, { acr: 'another' }]
      for (const acr of ['urn:signet:acr:password', undefined]) {
        const session = exampleSession(account, { acr })
        const suspect = { ...session, account }
        await sessions.put(session)
        assert.equal(await suspects.isStill(suspect), true)
        for (const change of anew) {
          await sessions.put({ ...session, ...change })
          assert.equal(await suspects.isStill(suspect), false, JSON.stringify(change))
        }
        await sessions.put(session)
        await sessions.remove(account.tenantId, [session.uid])
        assert.equal(await suspects.isStill(suspect), false, 'it is over')
      }
    })
  })
}
