import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { adaId, bobId, peopleTenants } from '#test/support/people.ts'
import type { RecoveryCodeStore, StoredRecoveryCode } from './recovery-code.ts'

export type RecoveryCodeStoreHome = {
  /** Of the people of `addPeople`. */
  readonly store: RecoveryCodeStore
  empty(): Promise<void>
  close(): Promise<void>
}

const [tenantId, otherTenant] = peopleTenants
const madeAt = new Date('2030-01-01T00:00:00.123Z')
const later = new Date('2030-01-02T00:00:00.456Z')

const codesOf = (phc: string, accountId = adaId): readonly StoredRecoveryCode[] =>
  ['A00', 'B00', 'C00'].map((selector) => {
    return { tenantId, accountId, selector, phc: `${phc} ${selector}`, madeAt }
  })

/** What every store of recovery codes does. */
export function recoveryCodeStoreContract(
  name: string,
  open: () => Promise<RecoveryCodeStoreHome>,
): void {
  describe(`recovery codes on ${name}`, () => {
    let home: RecoveryCodeStoreHome
    let store: RecoveryCodeStore
    const codes = codesOf('first')
    const [code] = codes as [StoredRecoveryCode]

    before(async () => {
      home = await open()
      store = home.store
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    test('finds what was written, until it is used', async () => {
      assert.equal(await store.find(tenantId, adaId), undefined)
      await store.replace(codes, undefined)
      assert.deepEqual(await store.findUnused(tenantId, adaId, 'A00'), code)
      assert.equal(await store.findUnused(tenantId, adaId, 'Z00'), undefined)
      assert.equal(await store.use(code, later, undefined), true)
      assert.equal(await store.findUnused(tenantId, adaId, 'A00'), undefined)
      assert.equal(await store.count(tenantId, adaId), 2)
      const state = { madeAt, savedAt: undefined, left: 2 }
      assert.deepEqual(await store.find(tenantId, adaId), state)
    })

    test('of twenty uses of one code at once, one succeeds (Q46)', async () => {
      await store.replace(codes, undefined)
      const uses = Array.from({ length: 20 }, () => store.use(code, later, undefined))
      assert.equal((await Promise.all(uses)).filter(Boolean).length, 1)
      assert.equal(await store.count(tenantId, adaId), 2)
    })

    test('new ones void all before, whatever their selectors', async () => {
      await store.replace(codes, undefined)
      await store.use(code, later, undefined)
      await store.replace(codesOf('second'), undefined)
      assert.equal(await store.count(tenantId, adaId), 3)
      assert.equal(await store.use(code, later, undefined), false, 'the old one of that selector')
      const found = await store.findUnused(tenantId, adaId, 'A00')
      assert.equal(found?.phc, 'second A00')
    })

    test('of replacements at once one stands, whole', async () => {
      await store.replace(codes, undefined)
      await Promise.allSettled(
        Array.from({ length: 5 }, (_, at) => store.replace(codesOf(`set ${at}`), undefined)),
      )
      const found = await Promise.all(
        ['A00', 'B00', 'C00'].map((selector) => store.findUnused(tenantId, adaId, selector)),
      )
      const sets = new Set(found.map((one) => one?.phc.slice(0, 5)))
      assert.equal(sets.size, 1, [...sets].join())
    })

    test('keeps people and tenants apart (DESIGN §3)', async () => {
      await store.replace(codes, undefined)
      await store.replace(codesOf('bob', bobId), undefined)
      assert.equal(await store.count(otherTenant, adaId), 0)
      assert.equal(await store.findUnused(otherTenant, adaId, 'A00'), undefined)
      assert.equal(await store.use({ ...code, tenantId: otherTenant }, later, undefined), false)
      assert.equal(await store.use({ ...code, accountId: bobId }, later, undefined), false)
      assert.equal(await store.removeAll(otherTenant, adaId, undefined), false)
      assert.equal(await store.removeAll(tenantId, bobId, undefined), true)
      assert.equal(await store.count(tenantId, adaId), 3)
    })

    test('remembers that they were saved, until there are new ones', async () => {
      assert.equal(await store.markSaved(tenantId, adaId, later), false)
      await store.replace(codes, undefined)
      assert.equal(await store.markSaved(tenantId, adaId, later), true)
      assert.deepEqual(await store.find(tenantId, adaId), { madeAt, savedAt: later, left: 3 })
      await store.replace(codesOf('second'), undefined)
      assert.equal((await store.find(tenantId, adaId))?.savedAt, undefined)
    })

    test('removes all, and tells whether there were any', async () => {
      await store.replace(codes, undefined)
      assert.equal(await store.removeAll(tenantId, adaId, undefined), true)
      assert.equal(await store.removeAll(tenantId, adaId, undefined), false)
      assert.equal(await store.find(tenantId, adaId), undefined)
    })
  })
}
