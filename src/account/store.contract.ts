import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import type { Account, AccountStore } from './account.ts'

export type AccountStoreHome = {
  readonly store: AccountStore
  /** Two tenants accounts may live in. */
  readonly tenants: readonly [TenantId, TenantId]
  empty(): Promise<void>
  close(): Promise<void>
}

export function exampleAccount(tenantId: TenantId, name = 'ada'): Account {
  return {
    tenantId,
    id: brandId<AccountId>(`id-of-${name}`),
    email: `${name.toUpperCase()}@example.test`,
    emailCanonical: `${name}@example.test`,
    emailVerified: true,
    profile: { name: 'Ada "the first" Lovelace', locale: 'en' },
    roles: ['admin', 'comma, quote " and \\'],
    groups: [],
    status: 'active',
    endedAt: new Date('2030-01-01T12:00:00.789Z'),
    createdAt: new Date('2030-01-01T00:00:00.123Z'),
    updatedAt: new Date('2030-01-02T00:00:00.456Z'),
  }
}

/** What every account store does. */
export function accountStoreContract(name: string, open: () => Promise<AccountStoreHome>): void {
  describe(`account store on ${name}`, () => {
    let home: AccountStoreHome
    let store: AccountStore
    let tenantId: TenantId
    let ada: Account

    before(async () => {
      home = await open()
      store = home.store
      tenantId = home.tenants[0]
      ada = exampleAccount(tenantId)
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    test('keeps every field', async () => {
      assert.equal(await store.insert(ada), true)
      assert.deepEqual(await store.find(tenantId, ada.id), ada)
      assert.deepEqual(await store.findByEmail(tenantId, 'ada@example.test'), ada)
    })

    test('finds nothing where there is nothing', async () => {
      assert.equal(await store.find(tenantId, ada.id), undefined)
      assert.equal(await store.findByEmail(tenantId, 'ada@example.test'), undefined)
      assert.deepEqual(await store.list(tenantId), [])
    })

    test('lists the active ones with a role, of one tenant, oldest first', async () => {
      const [, stranger] = home.tenants
      const make = (name: string, more: Partial<Account>, at = 0) => ({
        ...exampleAccount(more.tenantId ?? tenantId, name),
        createdAt: new Date(Date.UTC(2030, 0, 1, at)),
        ...more,
      })
      for (const one of [
        make('young', { roles: ['owner'] }, 3),
        make('old', { roles: ['x', 'admin'] }, 1),
        make('none', { roles: [] }),
        make('other', { roles: ['administrator'] }),
        make('off', { roles: ['admin'], status: 'disabled' }),
        make('theirs', { roles: ['admin'], tenantId: stranger }),
      ])
        assert.ok(await store.insert(one))
      const named = async (limit: number) =>
        (await store.listWithRole(tenantId, ['admin', 'owner'], limit)).map(({ id }) => id)
      assert.deepEqual(await named(9), ['id-of-old', 'id-of-young'])
      assert.deepEqual(await named(1), ['id-of-old'])
    })

    test('lists who left by a time, of any status and tenant, and removes one', async () => {
      const [, other] = home.tenants
      const at = new Date('2030-02-01T00:00:00.000Z')
      const leaving = { ...ada, status: 'leaving', leavesAt: at } as const
      const paused = { ...exampleAccount(other), status: 'disabled', leavesAt: at } as const
      const later = { ...exampleAccount(tenantId, 'grace'), leavesAt: new Date(at.getTime() + 1) }
      for (const account of [leaving, paused, later, exampleAccount(tenantId, 'kay')])
        await store.insert(account)
      assert.deepEqual(await store.find(tenantId, ada.id), leaving)
      const left = await store.listLeft(at, 9)
      assert.deepEqual(new Set(left.map((account) => account.tenantId)), new Set(home.tenants))
      assert.equal(left.length, 2)
      assert.equal((await store.listLeft(at, 1)).length, 1)
      await store.remove(tenantId, ada.id)
      assert.equal(await store.find(tenantId, ada.id), undefined)
      assert.deepEqual(await store.listLeft(at, 9), [paused])
    })

    test('an account of one tenant is unknown in another (DESIGN §3)', async () => {
      await store.insert(ada)
      const elsewhere = home.tenants[1]
      assert.equal(await store.find(elsewhere, ada.id), undefined)
      assert.equal(await store.findByEmail(elsewhere, 'ada@example.test'), undefined)
      assert.deepEqual(await store.list(elsewhere), [])
      assert.equal(await store.update({ ...ada, tenantId: elsewhere }), false)
      assert.equal(await store.insert({ ...ada, tenantId: elsewhere }), true)
    })

    test('an address belongs to one account, of any number that want it at once', async () => {
      const wanting = Array.from({ length: 8 }, (_, n) =>
        store.insert({ ...ada, id: brandId<AccountId>(`id-${n}`) }),
      )
      const inserted = await Promise.all(wanting)
      assert.equal(inserted.filter(Boolean).length, 1)
    })

    test('replaces everything but the id and when it began', async () => {
      await store.insert(ada)
      const changed: Account = {
        ...ada,
        email: 'countess@example.test',
        emailCanonical: 'countess@example.test',
        emailVerified: false,
        profile: {},
        roles: [],
        groups: ['staff'],
        status: 'disabled',
        updatedAt: new Date('2030-02-01T00:00:00Z'),
      }
      assert.equal(await store.update({ ...changed, createdAt: new Date(0) }), true)
      assert.deepEqual(await store.find(tenantId, ada.id), changed)
    })

    test('does not give an account the address of another', async () => {
      await store.insert(ada)
      const bob = exampleAccount(tenantId, 'bob')
      await store.insert(bob)
      assert.equal(await store.update({ ...bob, emailCanonical: ada.emailCanonical }), false)
      assert.deepEqual(await store.find(tenantId, bob.id), bob)
    })

    test('does not change an account there is not', async () => {
      assert.equal(await store.update(ada), false)
      assert.equal(await store.find(tenantId, ada.id), undefined)
    })

    test('lists a tenant in the order of its addresses', async () => {
      for (const name of ['b', 'a-b', 'a', 'ab']) await store.insert(exampleAccount(tenantId, name))
      const listed = await store.list(tenantId)
      assert.deepEqual(
        listed.map((account) => account.emailCanonical),
        ['a-b@example.test', 'a@example.test', 'ab@example.test', 'b@example.test'],
      )
    })
  })
}
