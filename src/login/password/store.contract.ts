import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { PasswordStore, StoredPassword } from './password.ts'

export type PasswordStoreHome = {
  readonly store: PasswordStore
  /** Accounts that exist in both tenants. */
  readonly tenants: readonly [TenantId, TenantId]
  readonly accountId: AccountId
  empty(): Promise<void>
  close(): Promise<void>
}

/** What every password store does. */
export function passwordStoreContract(name: string, open: () => Promise<PasswordStoreHome>): void {
  describe(`password store on ${name}`, () => {
    let home: PasswordStoreHome
    let store: PasswordStore
    let password: StoredPassword

    before(async () => {
      home = await open()
      store = home.store
      const [tenantId] = home.tenants
      const updatedAt = new Date('2030-01-01T00:00:00.123Z')
      password = { tenantId, accountId: home.accountId, sealedPhc: 'v1.first', updatedAt }
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    const find = () => store.find(password.tenantId, password.accountId)

    test('finds what was put, the newest', async () => {
      assert.equal(await find(), undefined)
      await store.put(password)
      assert.deepEqual(await find(), password)
      const newer = { ...password, sealedPhc: 'v1.second', updatedAt: new Date(1_900_000_000_000) }
      await store.put(newer)
      assert.deepEqual(await find(), newer)
    })

    test('a password of one tenant is unknown in another (DESIGN §3)', async () => {
      await store.put(password)
      assert.equal(await store.find(home.tenants[1], home.accountId), undefined)
      await store.remove(home.tenants[1], home.accountId)
      assert.deepEqual(await find(), password)
      const elsewhere = { ...password, tenantId: home.tenants[1] }
      assert.equal(await store.replace(elsewhere, password.sealedPhc), false)
    })

    test('replaces only what it expects: a changed password does not come back', async () => {
      await store.put(password)
      const newer = { ...password, sealedPhc: 'v1.newer' }
      assert.equal(await store.replace(newer, 'v1.first'), true)
      assert.equal(await store.replace({ ...password, sealedPhc: 'v1.late' }, 'v1.first'), false)
      assert.deepEqual(await find(), newer)
    })

    test('of replacements at once one succeeds', async () => {
      await store.put(password)
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          store.replace({ ...password, sealedPhc: `v1.${n}` }, 'v1.first'),
        ),
      )
      assert.equal(results.filter(Boolean).length, 1)
    })

    test('replaces nothing where there is nothing', async () => {
      assert.equal(await store.replace(password, 'v1.first'), false)
      assert.equal(await find(), undefined)
    })

    test('removes, and tells whether there was one', async () => {
      await store.put(password)
      assert.equal(await store.remove(password.tenantId, password.accountId), true)
      assert.equal(await store.remove(password.tenantId, password.accountId), false)
      assert.equal(await find(), undefined)
    })
  })
}
