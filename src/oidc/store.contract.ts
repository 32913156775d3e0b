import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '#kit/hash.ts'
import { brandId, type AccountId, type ClientId, type GrantId } from '#kit/ids.ts'
import type { SessionUid, TenantId } from '#kit/ids.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import type { Artifact, ArtifactModel, ArtifactStore } from './oidc.ts'

export type ArtifactStoreUnderTest = AsyncDisposable & {
  readonly store: ArtifactStore
  readonly clock: FakeClock
}

/** The store must be empty and know both as tenants. */
export const contractTenants = {
  main: brandId<TenantId>('tenant-main'),
  other: brandId<TenantId>('tenant-other'),
} as const

/** What every home of artifacts promises. */
export function testArtifactStore(name: string, open: () => Promise<ArtifactStoreUnderTest>): void {
  const { main, other } = contractTenants
  const grantId = brandId<GrantId>('grant-1')
  const accountId = brandId<AccountId>('account-1')
  const clientId = brandId<ClientId>('client-1')
  const uid = brandId<SessionUid>('uid-1')
  const parallel = <T>(run: (at: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 20 }, (_, at) => run(at)))

  /** Hands over a store with `now` in epoch seconds and a maker of artifacts that live 60 s. */
  async function withStore(
    work: (
      store: ArtifactStore,
      now: number,
      make: (fields?: Partial<Artifact>) => Artifact,
      clock: FakeClock,
    ) => Promise<void>,
  ): Promise<void> {
    await using opened = await open()
    const now = opened.clock.now() / 1000
    const make = (fields: Partial<Artifact> = {}): Artifact => ({
      model: 'AuthorizationCode',
      id: 'id-1',
      payload: '{"a":1}',
      expiresAt: now + 60,
      ...fields,
    })
    await work(opened.store, now, make, opened.clock)
  }

  describe(`artifacts in ${name}`, () => {
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
          await store.upsert(
            main,
            make({ model, id: 'b', accountId, clientId: brandId('client-2') }),
          )
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
  })
}
