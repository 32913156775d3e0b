import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId } from '#kit/ids.ts'
import type { IdentityKey } from '../identity/identity.ts'
import type { TokenStore } from './tokens.ts'

export type TokenStoreHome = {
  readonly store: TokenStore
  /** An identity of this account stands in each of two tenants, by a connection at version 1. */
  readonly keys: readonly [IdentityKey, IdentityKey]
  readonly accountId: AccountId
  connection(change: { readonly version?: number; readonly status?: string }): Promise<void>
  /** Everything kept is gone, and the connections are as they were. */
  empty(): Promise<void>
  close(): Promise<void>
}

const now = new Date('2030-01-01T00:00:00.000Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)

/** What every store of kept tokens does. */
export function tokenStoreContract(name: string, open: () => Promise<TokenStoreHome>): void {
  describe(`token store on ${name}`, () => {
    let home: TokenStoreHome
    let store: TokenStore
    let key: IdentityKey
    before(async () => {
      home = await open()
      ;({ store } = home)
      ;[key] = home.keys
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    const find = ({ tenantId, connectionId }: IdentityKey = key) =>
      store.find({ tenantId, connectionId, accountId: home.accountId })
    const keep = (sealed: string, by?: string) =>
      store.keep(key, sealed, { version: 1, ...(by === undefined ? {} : { by }) })
    const claim = (by: string, { sealed = 'one', at = now, until = later(15) } = {}) =>
      store.claim({ key, sealed }, { by, now: at, until })

    test('keeps what came last, for one identity', async () => {
      assert.equal(await find(), undefined)
      assert.ok(await keep('one'))
      assert.ok(await keep('two'))
      assert.deepEqual(await find(), { key, sealed: 'two', refresh: undefined })
      assert.equal(await find(home.keys[1]), undefined)
      const tenantId = home.keys[1].tenantId
      assert.equal(await store.keep({ ...key, subject: 'nobody' }, 'x', { version: 1 }), false)
      assert.equal(await store.drop({ key: { ...key, tenantId }, sealed: 'two' }), false)
    })

    test('keeps nothing for a connection that was changed or switched off meanwhile (Q18)', async () => {
      await home.connection({ version: 2 })
      assert.equal(await keep('one'), false)
      await home.connection({ version: 1, status: 'disabled' })
      assert.equal(await keep('one'), false)
      assert.equal(await find(), undefined)
    })

    test('lets exactly one of twenty refresh (RFC 9700 §4.14.2)', async () => {
      await keep('one')
      const tries = Array.from({ length: 20 }, (_, at) => claim(`caller ${at}`))
      const won = (await Promise.all(tries)).filter(Boolean)
      assert.equal(won.length, 1)
      assert.deepEqual((await find())?.refresh, { isUnderWay: true, until: later(15) })
    })

    test('lets nobody refresh what is kept no more', async () => {
      await keep('two')
      assert.equal(await claim('me'), false)
    })

    test('takes a refreshed one of who refreshes alone, and once', async () => {
      await keep('one')
      await claim('me')
      assert.equal(await keep('stolen', 'you'), false)
      assert.ok(await keep('two', 'me'))
      assert.equal(await keep('three', 'me'), false)
      assert.deepEqual(await find(), { key, sealed: 'two', refresh: undefined })
    })

    test('a sign-in ends the refresh that is under way: its answer is of before', async () => {
      await keep('one')
      await claim('me')
      await keep('two')
      assert.equal(await keep('late', 'me'), false)
      assert.equal((await find())?.sealed, 'two')
    })

    test('a claim ends by itself, and a rest when it says', async () => {
      await keep('one')
      await claim('dead')
      assert.equal(await claim('me', { at: later(14) }), false)
      assert.ok(await claim('me', { at: later(15), until: later(30) }))
      await store.rest(key, 'dead', later(900)) // whoever comes late decides nothing
      await store.rest(key, 'me', later(60))
      assert.deepEqual((await find())?.refresh, { isUnderWay: false, until: later(60) })
      assert.equal(await claim('other', { at: later(59) }), false)
      assert.ok(await claim('other', { at: later(60), until: later(75) }))
    })

    test('drops what it is told to drop, and nothing newer', async () => {
      await keep('one')
      await keep('two')
      assert.equal(await store.drop({ key, sealed: 'one' }), false)
      assert.ok(await store.drop({ key, sealed: 'two' }))
      assert.equal(await store.drop({ key, sealed: 'two' }), false)
      assert.equal(await find(), undefined)
    })

    test('drops all of a connection, and what is refreshed at that moment', async () => {
      await keep('one')
      await store.keep(home.keys[1], 'theirs', { version: 1 })
      await claim('me')
      await store.dropAll(key.tenantId, key.connectionId)
      assert.equal(await keep('two', 'me'), false)
      assert.equal(await find(), undefined)
      assert.equal((await find(home.keys[1]))?.sealed, 'theirs')
    })
  })
}
