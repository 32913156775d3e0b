import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { Passkey, PasskeyStore } from './passkey.ts'

export type PasskeyStoreHome = {
  readonly store: PasskeyStore
  readonly tenants: readonly [TenantId, TenantId]
  /** Two that exist in both tenants. */
  readonly accounts: readonly [AccountId, AccountId]
  empty(): Promise<void>
  close(): Promise<void>
}

export function examplePasskey(tenantId: TenantId, accountId: AccountId, name = 'one'): Passkey {
  return {
    tenantId,
    accountId,
    credentialId: `credential-${name}`,
    publicKey: 'pQECAyYgASFY',
    signCount: 0,
    backupEligible: false,
    backedUp: false,
    transports: ['internal', 'hybrid'],
    aaguid: '00000000-0000-0000-0000-000000000000',
    name: undefined,
    createdAt: new Date('2030-01-01T00:00:00Z'),
    lastUsedAt: undefined,
    verifiedAt: undefined,
  }
}

const at = new Date('2030-02-01T00:00:00Z')
const seen = { signCount: 1, backedUp: false, userVerified: true, at }

/** What every passkey store does. */
export function passkeyStoreContract(name: string, open: () => Promise<PasskeyStoreHome>): void {
  describe(`passkey store on ${name}`, () => {
    let home: PasskeyStoreHome
    let store: PasskeyStore
    let passkey: Passkey

    before(async () => {
      home = await open()
      store = home.store
      passkey = examplePasskey(home.tenants[0], home.accounts[0])
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    const find = () => store.find(passkey.tenantId, passkey.credentialId)
    const elsewhere = () => ({ ...passkey, tenantId: home.tenants[1] })
    const somebodyElses = () => ({ ...passkey, accountId: home.accounts[1] })

    test('finds and lists what was inserted, oldest first', async () => {
      const older = {
        ...examplePasskey(passkey.tenantId, passkey.accountId, 'older'),
        name: 'Ümlaut "x" \\',
        backupEligible: true,
        backedUp: true,
        signCount: 4_294_967_295,
        createdAt: new Date('2029-01-01T00:00:00Z'),
        lastUsedAt: at,
        verifiedAt: at,
      }
      assert.ok(await store.insert(passkey))
      assert.ok(await store.insert(older))
      assert.deepEqual(await find(), passkey)
      assert.deepEqual(await store.list(passkey), [older, passkey])
      assert.deepEqual(await store.list(somebodyElses()), [])
    })

    test('takes an id once in a tenant, of twenty at once too (Q52)', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, () => store.insert(passkey)))
      assert.equal(results.filter(Boolean).length, 1)
      assert.equal(await store.insert(somebodyElses()), false)
      assert.equal((await find())?.accountId, passkey.accountId)
      assert.ok(await store.insert(elsewhere()), 'another tenant is another world')
    })

    test('keeps tenants apart (DESIGN §3), but for what browsers keep for a host', async () => {
      await store.insert(passkey)
      assert.equal(await store.find(home.tenants[1], passkey.credentialId), undefined)
      assert.deepEqual(await store.list(elsewhere()), [])
      assert.equal(await store.use(elsewhere(), seen), false)
      assert.equal(await store.rename(elsewhere(), passkey.credentialId, 'x'), false)
      assert.equal(await store.remove(elsewhere(), passkey.credentialId), false)
      assert.equal(await store.removeAll(elsewhere()), 0)
      assert.deepEqual(await find(), passkey)
      assert.ok(await store.isKnown(passkey.credentialId))
      assert.equal(await store.isKnown('credential-of-nobody'), false)
    })

    test('lets nobody touch another account’s', async () => {
      await store.insert(passkey)
      assert.equal(await store.use(somebodyElses(), seen), false)
      assert.equal(await store.rename(somebodyElses(), passkey.credentialId, 'x'), false)
      assert.equal(await store.remove(somebodyElses(), passkey.credentialId), false)
      assert.deepEqual(await find(), passkey)
    })

    test('one handle for an account, of twenty who ask at once', async () => {
      const asked = Array.from({ length: 20 }, (_, at) => store.handleOf(passkey, `handle-${at}`))
      const handles = new Set(await Promise.all(asked))
      assert.equal(handles.size, 1)
      assert.equal(await store.handleOf(passkey, 'late'), [...handles][0])
      assert.equal(await store.handleOf(elsewhere(), 'other'), 'other')
    })

    test('remembers a use, and when its owner last unlocked it', async () => {
      await store.insert(passkey)
      assert.ok(await store.use(passkey, seen))
      const later = new Date('2030-03-01T00:00:00Z')
      assert.ok(await store.use(passkey, { ...seen, signCount: 7, userVerified: false, at: later }))
      const kept = { ...passkey, signCount: 7, lastUsedAt: later, verifiedAt: at }
      assert.deepEqual(await find(), kept)
    })

    test('of twenty uses with one counter one succeeds, and none that goes back (Q53)', async () => {
      await store.insert(passkey)
      const uses = Array.from({ length: 20 }, () => store.use(passkey, { ...seen, signCount: 5 }))
      assert.equal((await Promise.all(uses)).filter(Boolean).length, 1)
      for (const signCount of [5, 4, 0])
        assert.equal(await store.use(passkey, { ...seen, signCount }), false)
      assert.ok(await store.use(passkey, { ...seen, signCount: 6 }))
    })

    test('one that counts nothing is used again and again; a synced one may go back', async () => {
      await store.insert(passkey)
      for (const _ of [1, 2]) assert.ok(await store.use(passkey, { ...seen, signCount: 0 }))
      const synced = {
        ...examplePasskey(passkey.tenantId, passkey.accountId, 'synced'),
        backupEligible: true,
        signCount: 9,
      }
      await store.insert(synced)
      assert.ok(await store.use(synced, { ...seen, signCount: 3, backedUp: true }))
      const kept = await store.find(synced.tenantId, synced.credentialId)
      assert.deepEqual([kept?.signCount, kept?.backedUp], [9, true])
    })

    test('renames and removes', async () => {
      await store.insert(passkey)
      assert.ok(await store.rename(passkey, passkey.credentialId, 'Blue key'))
      assert.equal((await find())?.name, 'Blue key')
      assert.ok(await store.rename(passkey, passkey.credentialId, undefined))
      assert.equal((await find())?.name, undefined)
      const removals = Array.from({ length: 20 }, () => store.remove(passkey, passkey.credentialId))
      assert.equal((await Promise.all(removals)).filter(Boolean).length, 1)
      assert.equal(await store.use(passkey, seen), false)
    })

    test('removes all of one account and of no other', async () => {
      await store.insert(passkey)
      await store.insert(examplePasskey(passkey.tenantId, passkey.accountId, 'two'))
      const other = examplePasskey(passkey.tenantId, home.accounts[1], 'three')
      await store.insert(other)
      assert.equal(await store.removeAll(passkey), 2)
      assert.deepEqual(await store.list(passkey), [])
      assert.deepEqual(await store.list(other), [other])
    })
  })
}
