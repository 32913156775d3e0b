import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import { undoLifetime, type EmailChange, type EmailChangeStore } from './email-change.ts'

export type EmailChangeStoreHome = {
  readonly store: EmailChangeStore
  readonly clock: FakeClock
  readonly tenants: readonly [TenantId, TenantId]
  /** Two that exist in both tenants. */
  readonly accounts: readonly [AccountId, AccountId]
  empty(): Promise<void>
  close(): Promise<void>
}

/** What every store of changes of address does. */
export function emailChangeStoreContract(
  name: string,
  open: () => Promise<EmailChangeStoreHome>,
): void {
  describe(`email change store on ${name}`, () => {
    let home: EmailChangeStoreHome
    let store: EmailChangeStore
    before(async () => {
      home = await open()
      store = home.store
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    /** The change from one letter's address to another's, now. */
    async function change(from: string, to: string): Promise<EmailChange> {
      home.clock.advance(1000)
      const changedAt = new Date(home.clock.now())
      const made = {
        tenantId: home.tenants[0],
        id: `${from}${to}`,
        accountId: home.accounts[0],
        oldEmail: `${from.toUpperCase()}@example.test`,
        oldCanonical: `${from}@example.test`,
        newCanonical: `${to}@example.test`,
        changedAt,
        endsAt: new Date(changedAt.getTime() + undoLifetime * 1000),
      }
      await store.insert(made, undefined)
      return made
    }
    const list = async () =>
      (await store.list(home.tenants[0], home.accounts[0], undefined)).map(({ id }) => id)
    const isKept = (emails: readonly string[], except?: AccountId, tenantId = home.tenants[0]) =>
      store.isKept(tenantId, emails, { except }, undefined)

    test('gives back what was put, in its tenant, newest first', async () => {
      const first = await change('a', 'b')
      await change('b', 'c')
      assert.deepEqual(await store.find(home.tenants[0], first.id), first)
      assert.equal(await store.find(home.tenants[1], first.id), undefined)
      assert.deepEqual(await list(), ['bc', 'ab'])
      assert.deepEqual(await store.list(home.tenants[1], home.accounts[0], undefined), [])
      assert.deepEqual(await store.list(home.tenants[0], home.accounts[1], undefined), [])
    })

    test('removes with a change all that came after it, and nothing before (Q59)', async () => {
      await change('a', 'b')
      const second = await change('b', 'c')
      await change('c', 'd')
      assert.equal(await store.use(second, undefined), true)
      assert.deepEqual(await list(), ['ab'])
      assert.equal(await store.use(second, undefined), false)
    })

    test('is used once of twenty at once (Q56)', async () => {
      const made = await change('a', 'b')
      const all = await Promise.all(Array.from({ length: 20 }, () => store.use(made, undefined)))
      assert.equal(all.filter(Boolean).length, 1)
    })

    test('keeps the old address for its account, in its tenant', async () => {
      await change('a', 'b')
      assert.equal(await isKept(['x@example.test', 'a@example.test']), true)
      assert.equal(await isKept(['b@example.test']), false)
      assert.equal(await isKept(['a@example.test'], home.accounts[0]), false)
      assert.equal(await isKept(['a@example.test'], home.accounts[1]), true)
      assert.equal(await isKept(['a@example.test'], undefined, home.tenants[1]), false)
    })

    test('sees nothing past its end, and removes it', async () => {
      const made = await change('a', 'b')
      home.clock.advance(undoLifetime * 1000)
      assert.equal(await store.find(made.tenantId, made.id), undefined)
      assert.deepEqual(await list(), [])
      assert.equal(await isKept(['a@example.test']), false)
      assert.equal(await store.use(made, undefined), false)
      const now = home.clock.now() / 1000
      assert.equal(await store.removeExpired(now - 60, 10), 0)
      assert.equal(await store.removeExpired(now + 1, 10), 1)
    })
  })
}
