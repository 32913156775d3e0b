import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { adaId, peopleTenants } from '#test/support/people.ts'
import type { StoredTotp, TotpStore } from './totp.ts'

export type TotpStoreHome = {
  /** Of the people of `addPeople`. */
  readonly store: TotpStore
  empty(): Promise<void>
  close(): Promise<void>
}

const [tenantId, otherTenant] = peopleTenants

/** What every store of authenticator apps does. */
export function totpStoreContract(name: string, open: () => Promise<TotpStoreHome>): void {
  describe(`authenticator apps on ${name}`, () => {
    let home: TotpStoreHome
    let store: TotpStore
    const factor: StoredTotp = {
      tenantId,
      accountId: adaId,
      sealedSecret: 'v1.first',
      lastStep: 60_000_000,
      enrolledAt: new Date('2030-01-01T00:00:00.123Z'),
      lastUsedAt: undefined,
    }
    const usedAt = new Date('2030-01-02T00:00:00.456Z')

    before(async () => {
      home = await open()
      store = home.store
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    const find = () => store.find(tenantId, adaId)

    test('finds what was put, the newest', async () => {
      assert.equal(await find(), undefined)
      await store.put(factor)
      assert.deepEqual(await find(), factor)
      const other = { ...factor, sealedSecret: 'v1.second', lastStep: 5, lastUsedAt: usedAt }
      await store.put(other)
      assert.deepEqual(await find(), other)
    })

    test('an app of one tenant is unknown in another (DESIGN §3)', async () => {
      await store.put(factor)
      assert.equal(await store.find(otherTenant, adaId), undefined)
      const elsewhere = { ...factor, tenantId: otherTenant }
      assert.equal(await store.use(elsewhere, factor.lastStep + 1, usedAt), false)
      assert.equal(await store.remove(otherTenant, adaId), false)
      assert.deepEqual(await find(), factor)
    })

    test('uses a step once, and none before it after that (RFC 6238 §5.2, CVE-2025-6015)', async () => {
      await store.put(factor)
      const step = factor.lastStep + 2
      assert.equal(await store.use(factor, factor.lastStep, usedAt), false, 'the enrolment’s own')
      assert.equal(await store.use(factor, step, usedAt), true)
      assert.equal(await store.use(factor, step, usedAt), false)
      assert.equal(await store.use(factor, step - 1, usedAt), false)
      assert.deepEqual(await find(), { ...factor, lastStep: step, lastUsedAt: usedAt })
      assert.equal(await store.use(factor, step + 1, undefined), true)
      assert.deepEqual(await find(), { ...factor, lastStep: step + 1, lastUsedAt: usedAt })
    })

    test('of twenty uses of one step at once, one succeeds (Q44)', async () => {
      await store.put(factor)
      const uses = Array.from({ length: 20 }, () => store.use(factor, factor.lastStep + 1, usedAt))
      assert.equal((await Promise.all(uses)).filter(Boolean).length, 1)
    })

    test('uses no step of a secret that was replaced', async () => {
      await store.put({ ...factor, sealedSecret: 'v1.second', lastStep: 0 })
      assert.equal(await store.use(factor, factor.lastStep + 1, usedAt), false)
    })

    test('removes, and tells whether there was one', async () => {
      await store.put(factor)
      assert.equal(await store.remove(tenantId, adaId), true)
      assert.equal(await store.remove(tenantId, adaId), false)
      assert.equal(await find(), undefined)
      assert.equal(await store.use(factor, factor.lastStep + 1, usedAt), false)
    })
  })
}
