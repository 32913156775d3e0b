import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { ArtifactModel } from './oidc.ts'
import {
  accountId,
  clientId,
  contractTenants,
  grantId,
  parallel,
  uid,
} from './store-scene.contract.ts'
import type { WithStore } from './store-scene.contract.ts'

const { main, other } = contractTenants

/** What ends takes with it all that hangs on it, and nothing else. */
export function testEnding(withStore: WithStore): void {
  it('shortens a life, never lengthens it', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make({ model: 'Session', uid }))
      await store.expire(main, 'Session', 'id-1', now + 600)
      assert.equal(await store.find(main, 'Session', 'id-1', now + 60), undefined)
      await store.expire(main, 'Session', 'id-1', now + 10)
      assert.ok(await store.find(main, 'Session', 'id-1', now + 9))
      assert.equal(await store.find(main, 'Session', 'id-1', now + 10), undefined)
      await store.expire(main, 'Session', 'none', now + 10)
      assert.equal(await store.find(main, 'Session', 'none', now), undefined)
    }))

  it('shortens also a life that had no end', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make({ model: 'Grant', expiresAt: undefined }))
      await store.expire(main, 'Grant', 'id-1', now + 10)
      assert.ok(await store.find(main, 'Grant', 'id-1', now + 9))
      assert.equal(await store.find(main, 'Grant', 'id-1', now + 10), undefined)
    }))

  it('destroys, and does not mind what is not there', () =>
    withStore(async (store, now, make) => {
      await store.upsert(main, make())
      await store.destroy(main, 'AuthorizationCode', 'id-1')
      await store.destroy(main, 'AuthorizationCode', 'id-1')
      assert.equal(await store.find(main, 'AuthorizationCode', 'id-1', now), undefined)
    }))

  it('takes away every session with a uid, and gives what they held to one of 20 at once (Q65)', () =>
    withStore(async (store, now, make) => {
      const session = make({ model: 'Session', uid, accountId })
      await store.upsert(main, session)
      await store.upsert(main, { ...session, id: 'rotated', payload: '{"b":2}' })
      await store.consume(main, 'Session', 'id-1', now)
      await store.upsert(main, { ...session, id: 'stranger', uid: brandId('uid-2') })
      assert.deepEqual(await store.destroyByUid(other, uid), [])
      const taken = (await parallel(() => store.destroyByUid(main, uid))).flat()
      assert.deepEqual(
        taken.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        [
          { id: 'id-1', payload: session.payload, consumedAt: now },
          { id: 'rotated', payload: '{"b":2}', consumedAt: undefined },
        ],
      )
      assert.equal(await store.findByUid(main, uid, now), undefined)
      assert.equal(await store.find(main, 'Session', 'rotated', now), undefined)
      assert.ok(await store.find(main, 'Session', 'stranger', now))
      assert.equal(await store.update(main, session, session.payload), false)
    }))

  it('destroys a grant with all that hangs on it (RFC 9700 §4.14.2)', () =>
    withStore(async (store, now, make) => {
      const family: ArtifactModel[] = ['AuthorizationCode', 'RefreshToken', 'DeviceCode']
      for (const model of family) await store.upsert(main, make({ model, grantId }))
      await store.consume(main, 'RefreshToken', 'id-1', now)
      await store.upsert(main, make({ model: 'Grant', id: sha256(grantId) }))
      await store.upsert(main, make({ model: 'Grant', id: 'another' }))
      await store.upsert(main, make({ id: 'stranger', grantId: brandId('grant-2') }))
      await store.destroyByGrant(main, grantId)
      for (const model of family) {
        assert.equal(await store.find(main, model, 'id-1', now), undefined, model)
      }
      assert.equal(await store.find(main, 'Grant', sha256(grantId), now), undefined)
      assert.ok(await store.find(main, 'Grant', 'another', now))
      assert.ok(await store.find(main, 'AuthorizationCode', 'stranger', now))
    }))

  it('destroys everything of an account, and nothing else', () =>
    withStore(async (store, now, make) => {
      const owned: ArtifactModel[] = ['Session', 'Grant', 'RefreshToken', 'AuthorizationCode']
      for (const model of owned) {
        await store.upsert(main, make({ model, accountId, clientId }))
        await store.upsert(main, make({ model, id: 'stranger', accountId: brandId('account-2') }))
      }
      await store.destroyByOwner(main, { accountId })
      for (const model of owned) {
        assert.equal(await store.find(main, model, 'id-1', now), undefined, model)
        assert.ok(await store.find(main, model, 'stranger', now), model)
      }
    }))

  it('destroys what one client has of one account, and nothing else', () =>
    withStore(async (store, now, make) => {
      const owned: ArtifactModel[] = ['Grant', 'RefreshToken', 'AuthorizationCode', 'DeviceCode']
      for (const model of owned) {
        await store.upsert(main, make({ model, accountId, clientId }))
        await store.upsert(
          main,
          make({ model, id: 'a', accountId: brandId('account-2'), clientId }),
        )
        await store.upsert(main, make({ model, id: 'b', accountId, clientId: brandId('client-2') }))
      }
      await store.destroyAccess(other, accountId, clientId)
      assert.ok(await store.find(main, 'Grant', 'id-1', now))
      await store.destroyAccess(main, accountId, clientId)
      for (const model of owned) {
        assert.equal(await store.find(main, model, 'id-1', now), undefined, model)
        assert.ok(await store.find(main, model, 'a', now), model)
        assert.ok(await store.find(main, model, 'b', now), model)
      }
    }))

  it('destroys everything of a client, and nothing else', () =>
    withStore(async (store, now, make) => {
      const owned: ArtifactModel[] = ['ClientCredentials', 'Grant', 'RefreshToken']
      for (const model of owned) {
        await store.upsert(main, make({ model, clientId, expiresAt: undefined }))
        await store.upsert(main, make({ model, id: 'timed', clientId }))
        await store.upsert(main, make({ model, id: 'stranger', clientId: brandId('client-2') }))
      }
      await store.destroyByOwner(main, { clientId })
      for (const model of owned) {
        assert.equal(await store.find(main, model, 'id-1', now), undefined, model)
        assert.equal(await store.find(main, model, 'timed', now), undefined, model)
        assert.ok(await store.find(main, model, 'stranger', now), model)
      }
    }))
}
