import assert from 'node:assert/strict'
import { it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import { accountId, clientId, contractTenants, grantId, uid } from './store-scene.contract.ts'
import type { WithStore } from './store-scene.contract.ts'

const { main, other } = contractTenants

/** What is kept is found again, as it was, by whoever it belongs to, until it expires. */
export function testKeeping(withStore: WithStore): void {
  it('gives back a payload byte for byte: [], big integers, spaces, unicode, a literal \\u0001', () =>
    withStore(async (store, now, make) => {
      const payloads = [
        '{}',
        '{"scopes":[],"n":12345678901234567890,"f":1.10,"nested":{"empty":{},"list":[[]]}}',
        '{ "b" : 1,\n "a": 2, "a": 3 }',
        '{"name":"Grüße 🔑 \\u0001 \\"quoted\\" \\\\ \u2028"}',
      ]
      for (const payload of payloads) {
        await store.upsert(main, make({ payload }))
        assert.deepEqual(await store.find(main, 'AuthorizationCode', 'id-1', now), {
          id: 'id-1',
          payload,
          consumedAt: undefined,
        })
      }
    }))

  it('takes ids with odd characters', () =>
    withStore(async (store, now, make) => {
      for (const id of ['a:b', '{x}', '%3a', "'; --", 'ü🔑', 'a b', '*', '_-~.']) {
        await store.upsert(main, make({ id, payload: JSON.stringify(id), grantId, accountId }))
        const found = await store.find(main, 'AuthorizationCode', id, now)
        assert.equal(found?.payload, JSON.stringify(id))
        assert.equal(found.id, id)
      }
      await store.destroyByGrant(main, grantId)
      assert.equal(await store.find(main, 'AuthorizationCode', 'a:b', now), undefined)
      assert.equal(await store.find(main, 'AuthorizationCode', '{x}', now), undefined)
    }))

  it('finds nothing under an id that nobody could have stored: NUL, or endless', () =>
    withStore(async (store, now) => {
      for (const id of ['a\0b', 'x'.repeat(100_000)]) {
        assert.equal(await store.find(main, 'AuthorizationCode', id, now), undefined)
        assert.equal(await store.findByUid(main, brandId(id), now), undefined)
        assert.equal(await store.findByUserCode(main, id, now), undefined)
        assert.equal(await store.consume(main, 'AuthorizationCode', id, now), false)
        await store.expire(main, 'AuthorizationCode', id, now)
        assert.deepEqual(await store.destroyByUid(main, brandId(id)), [])
        await store.destroy(main, 'AuthorizationCode', id)
      }
    }))

  it('keeps models apart', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make({ model: 'RefreshToken' }))
      assert.equal(await store.find(main, 'AccessToken', 'id-1', now), undefined)
      assert.equal(await store.consume(main, 'AccessToken', 'id-1', now), false)
      await store.destroy(main, 'AccessToken', 'id-1')
      assert.ok(await store.find(main, 'RefreshToken', 'id-1', now))
    }))

  it('keeps tenants apart in every method', () =>
    withStore(async (store, now, make) => {
      const owners = { grantId, accountId, clientId }
      const session = make({ model: 'Session', uid, ...owners })
      const device = make({ model: 'DeviceCode', userCode: 'code-1', ...owners })
      for (const mine of [session, device]) {
        await store.upsert(main, mine)
        assert.equal(await store.find(other, mine.model, 'id-1', now), undefined)
        assert.equal(await store.findByUid(other, uid, now), undefined)
        assert.equal(await store.findByUserCode(other, 'code-1', now), undefined)
        assert.equal(await store.consume(other, mine.model, 'id-1', now), false)
        await store.expire(other, mine.model, 'id-1', now - 1)
        await store.destroy(other, mine.model, 'id-1')
        await store.destroyByGrant(other, grantId)
        await store.destroyByOwner(other, { accountId })
        await store.destroyByOwner(other, { clientId })
        assert.equal(await store.insert(other, { ...mine, payload: '{"theirs":1}' }), true)
        await store.upsert(other, { ...mine, payload: '{"theirs":2}' })
        const found = await store.find(main, mine.model, 'id-1', now)
        assert.deepEqual(found, { id: 'id-1', payload: mine.payload, consumedAt: undefined })
        await store.destroy(other, mine.model, 'id-1')
      }
    }))

  it('does not find what has expired, removed or not', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make({ model: 'Session', uid }))
      await store.upsert(main, make({ model: 'DeviceCode', userCode: 'code-1' }))
      assert.ok(await store.find(main, 'Session', 'id-1', now + 59))
      assert.ok(await store.findByUid(main, uid, now + 59))
      assert.ok(await store.findByUserCode(main, 'code-1', now + 59))
      assert.equal(await store.find(main, 'Session', 'id-1', now + 60), undefined)
      assert.equal(await store.findByUid(main, uid, now + 60), undefined)
      assert.equal(await store.findByUserCode(main, 'code-1', now + 60), undefined)
      assert.equal(await store.consume(main, 'DeviceCode', 'id-1', now + 60), false)
    }))

  it('keeps what has no expiry', () =>
    withStore(async (store, now, make) => {
      const token = make({ model: 'RegistrationAccessToken', expiresAt: undefined })
      await store.upsert(main, token)
      assert.ok(await store.find(main, token.model, token.id, now + 100 * 365 * 86_400))
    }))

  it('takes any number as an expiry: fractions, 1e300, Infinity, the past, NaN', () =>
    withStore(async (store, now, make) => {
      const cases: [number, boolean][] = [
        [now + 10.7, true],
        [1e300, true],
        [Infinity, true],
        [now - 1000, false],
        [-5, false],
        [NaN, false],
      ]
      for (const [expiresAt, isFound] of cases) {
        const id = `id-${expiresAt}`
        const artifact = make({ model: 'ReplayDetection', id, expiresAt })
        assert.equal(await store.insert(main, artifact), true)
        await store.upsert(main, artifact)
        const found = await store.find(main, 'ReplayDetection', id, now)
        assert.equal(found !== undefined, isFound, `${expiresAt}`)
      }
    }))

  it('finds the newest living session of a uid (panva #1145)', () =>
    withStore(async (store, now, make) => {
      const save = (id: string, expiresAt: number) =>
        store.upsert(main, make({ model: 'Session', id, uid, expiresAt }))
      await save('newest', now + 70)
      await save('older', now + 60)
      assert.equal((await store.findByUid(main, uid, now))?.id, 'newest')
      await store.expire(main, 'Session', 'newest', now + 10)
      assert.equal((await store.findByUid(main, uid, now))?.id, 'older')
      await store.destroy(main, 'Session', 'older')
      assert.equal((await store.findByUid(main, uid, now))?.id, 'newest')
      assert.equal(await store.findByUid(main, uid, now + 10), undefined)
    }))

  it('finds a device code by its user code, also after it was saved again (RFC 8628)', () =>
    withStore(async (store, now, make) => {
      const device = make({ model: 'DeviceCode', userCode: 'code-1' })
      await store.upsert(main, device)
      await store.upsert(main, { ...device, payload: '{"b":2}' })
      const found = await store.findByUserCode(main, 'code-1', now)
      assert.deepEqual(found, { id: 'id-1', payload: '{"b":2}', consumedAt: undefined })
      assert.equal(await store.findByUserCode(main, 'code-2', now), undefined)
    }))
}
