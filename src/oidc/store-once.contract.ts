import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accountId, contractTenants, grantId, parallel, uid } from './store-scene.contract.ts'
import type { WithStore } from './store-scene.contract.ts'

const { main, other } = contractTenants

/** What may happen once happens once, however many ask (F1, F2). */
export function testOnce(withStore: WithStore): void {
  it('lets exactly one of twenty consume (F1, RFC 6749 §4.1.2)', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make())
      const won = await parallel(() => store.consume(main, 'AuthorizationCode', 'id-1', now + 5))
      assert.equal(won.filter(Boolean).length, 1)
      const found = await store.find(main, 'AuthorizationCode', 'id-1', now + 5)
      assert.equal(found?.consumedAt, now + 5)
      assert.equal(await store.consume(main, 'AuthorizationCode', 'id-1', now + 6), false)
    }))

  it('does not consume what is not there', () =>
    withStore(async (store, now) => {
      assert.equal(await store.consume(main, 'RefreshToken', 'none', now), false)
      assert.equal(await store.find(main, 'RefreshToken', 'none', now), undefined)
    }))

  it('never makes a used artifact unused by saving it again', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make({ model: 'RefreshToken' }))
      await store.consume(main, 'RefreshToken', 'id-1', now)
      await store.upsert(main, make({ model: 'RefreshToken', payload: '{"b":2}' }))
      const found = await store.find(main, 'RefreshToken', 'id-1', now)
      assert.deepEqual(found, { id: 'id-1', payload: '{"b":2}', consumedAt: now })
      assert.equal(await store.consume(main, 'RefreshToken', 'id-1', now), false)
    }))

  it('updates what it still finds as expected, and does not bring back what is gone (DESIGN §4)', () =>
    withStore(async (store, now, make, clock) => {
      const session = make({ model: 'Session', uid, accountId })
      const { payload } = session
      assert.equal(await store.update(main, session, payload), false)
      assert.equal(await store.find(main, 'Session', 'id-1', now), undefined)
      await store.upsert(main, session)
      await store.consume(main, 'Session', 'id-1', now)
      const changed = { ...session, payload: '{"b":2}' }
      assert.equal(await store.update(main, changed, '{"a":2}'), false)
      assert.equal(await store.update(main, changed, payload), true)
      const found = await store.find(main, 'Session', 'id-1', now)
      assert.deepEqual(found, { id: 'id-1', payload: '{"b":2}', consumedAt: now })
      assert.equal(await store.update(other, session, '{"b":2}'), false)
      const won = await parallel((at) =>
        store.update(main, { ...session, payload: `{"n":${at}}` }, '{"b":2}'),
      )
      assert.equal(won.filter(Boolean).length, 1)
      await store.destroyByOwner(main, { accountId })
      assert.equal(await store.update(main, session, payload), false)
      assert.equal(await store.find(main, 'Session', 'id-1', now), undefined)
      await store.upsert(main, session)
      clock.advance(60_000)
      assert.equal(await store.update(main, { ...session, expiresAt: now + 600 }, payload), false)
    }))

  it('takes back a rotation whose successor nobody got, and nothing that was revoked', () =>
    withStore(async (store, now, make) => {
      const rotation = { used: 'id-1', successor: 'id-2' }
      await store.upsert(main, make({ model: 'RefreshToken', grantId }))
      await store.consume(main, 'RefreshToken', 'id-1', now)
      await store.upsert(main, make({ model: 'RefreshToken', id: 'id-2', grantId }))
      await store.undoRotation(other, 'RefreshToken', rotation)
      assert.equal((await store.find(main, 'RefreshToken', 'id-1', now))?.consumedAt, now)
      await store.undoRotation(main, 'RefreshToken', rotation)
      assert.equal(await store.find(main, 'RefreshToken', 'id-2', now), undefined)
      assert.equal(await store.consume(main, 'RefreshToken', 'id-1', now), true)
      await store.destroyByGrant(main, grantId)
      await store.undoRotation(main, 'RefreshToken', rotation)
      assert.equal(await store.find(main, 'RefreshToken', 'id-1', now), undefined)
    }))

  it('inserts for exactly one of twenty (F2: assertion ids)', () =>
    withStore(async (store, now, make) => {
      const won = await parallel((at) =>
        store.insert(main, make({ model: 'ReplayDetection', payload: `{"n":${at}}` })),
      )
      assert.equal(won.filter(Boolean).length, 1)
      const found = await store.find(main, 'ReplayDetection', 'id-1', now)
      assert.equal(found?.payload, `{"n":${won.indexOf(true)}}`)
    }))

  it('lets an expired leftover neither block an insert nor mark it used', () =>
    withStore(async (store, now, make, clock) => {
      await store.insert(main, make({ expiresAt: now + 10 }))
      await store.consume(main, 'AuthorizationCode', 'id-1', now)
      assert.equal(await store.insert(main, make()), false)
      clock.advance(10_000)
      const won = await parallel(() => store.insert(main, make({ payload: '{"new":true}' })))
      assert.equal(won.filter(Boolean).length, 1)
      assert.deepEqual(await store.find(main, 'AuthorizationCode', 'id-1', now + 10), {
        id: 'id-1',
        payload: '{"new":true}',
        consumedAt: undefined,
      })
    }))
}
