import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { availableDatabases } from '#test/support/databases.ts'
import { adaId, addPeople, bobId, peopleTenants } from '#test/support/people.ts'
import { createPostgresPasskeyStore } from '../passkey/postgres.ts'
import { examplePasskey } from '../passkey/store.contract.ts'
import { createPostgresPasswordStore } from '../password/postgres.ts'
import { createPostgresRecoveryCodeStore } from '../recovery-code/postgres.ts'
import { createPostgresTotpStore } from '../totp/postgres.ts'
import { createPostgresFactors } from './postgres.ts'

const [tenantId, otherTenant] = peopleTenants
const accountId = adaId
const at = new Date('2030-01-01T00:00:00Z')
const none = { password: false, totp: false, passkeys: 0, recoveryCodes: 0 }

for (const kind of availableDatabases()) {
  describe(`what somebody can prove, in ${kind.name}`, () => {
    async function open() {
      const database = await kind.open()
      await addPeople(database)
      const factors = createPostgresFactors(database)
      return { database, factors, [Symbol.asyncDispose]: () => database.close() }
    }

    it('is nothing at first, and for who is not there', async () => {
      await using opened = await open()
      assert.deepEqual(await opened.factors(tenantId, accountId), none)
      assert.deepEqual(await opened.factors(otherTenant, bobId), none)
    })

    it('is what each room keeps, and counts what is left', async () => {
      await using opened = await open()
      const { database, factors } = opened
      await createPostgresPasswordStore({ database }).put({
        tenantId,
        accountId,
        sealedPhc: 'v1.sealed',
        updatedAt: at,
      })
      assert.deepEqual(await factors(tenantId, accountId), { ...none, password: true })

      const apps = createPostgresTotpStore({ database })
      const app = { tenantId, accountId, sealedSecret: 'v1.sealed', lastStep: 1, enrolledAt: at }
      await apps.put({ ...app, lastUsedAt: undefined })
      const passkeys = createPostgresPasskeyStore({ database })
      for (const name of ['one', 'two'])
        await passkeys.insert(examplePasskey(tenantId, accountId, name))
      const codes = createPostgresRecoveryCodeStore({ database })
      const code = (selector: string) => ({ tenantId, accountId, selector, phc: 'x', madeAt: at })
      await codes.replace(['a', 'b', 'c'].map(code), undefined)
      await codes.use(code('b'), at, undefined)
      const all = { password: true, totp: true, passkeys: 2, recoveryCodes: 2 }
      assert.deepEqual(await factors(tenantId, accountId), all)
      assert.deepEqual(await factors(tenantId, bobId), none)
      assert.deepEqual(await factors(otherTenant, accountId), none)
    })

    it('is asked past every cache', async () => {
      await using opened = await open()
      const { database, factors } = opened
      const passwords = createPostgresPasswordStore({ database })
      for (let turn = 0; turn < 3; turn += 1) {
        await passwords.put({ tenantId, accountId, sealedPhc: 'v1.sealed', updatedAt: at })
        assert.equal((await factors(tenantId, accountId)).password, true)
        await passwords.remove(tenantId, accountId)
        assert.equal((await factors(tenantId, accountId)).password, false)
      }
    })
  })
}
