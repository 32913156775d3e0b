import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { brandId, type AccountId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { longestKey, type Identity, type IdentityStore } from './identity.ts'

export type IdentityStoreHome = {
  readonly store: IdentityStore
  readonly tenants: readonly [TenantId, TenantId]
  /** Two that exist in both tenants. */
  readonly accounts: readonly [AccountId, AccountId]
  /** Switches a connection of both tenants on or off. */
  turn(connection: ConnectionId, status: 'active' | 'disabled'): Promise<void>
  empty(): Promise<void>
  close(): Promise<void>
}

const [google, acme] = [brandId<ConnectionId>('google'), brandId<ConnectionId>('acme')] as const

/** What a store that knows of connections must know of. */
export const exampleConnections = [google, acme]

export function exampleIdentity(tenantId: TenantId, accountId: AccountId): Identity {
  return {
    tenantId,
    accountId,
    connectionId: google,
    issuer: 'https://accounts.google.com',
    subject: '110169484474386276334',
    email: 'ada@example.test',
    createdAt: new Date('2030-01-01T00:00:00.123Z'),
    lastUsedAt: new Date('2030-01-02T00:00:00.456Z'),
  }
}

/** What every identity store does. */
export function identityStoreContract(name: string, open: () => Promise<IdentityStoreHome>): void {
  describe(`identity store on ${name}`, () => {
    let home: IdentityStoreHome
    let store: IdentityStore
    let identity: Identity

    before(async () => {
      home = await open()
      store = home.store
      identity = exampleIdentity(home.tenants[0], home.accounts[0])
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    const find = () => store.find(identity)
    const list = () => store.list(identity.tenantId, identity.accountId)
    const somebodyElses = () => ({ ...identity, accountId: home.accounts[1] })
    const elsewhere = () => ({ ...identity, tenantId: home.tenants[1] })
    const ofAcme = () => ({
      ...identity,
      connectionId: acme,
      email: undefined,
      createdAt: new Date('2029-01-01T00:00:00Z'),
      lastUsedAt: undefined,
    })

    test('keeps every field; lists those of an account, oldest first', async () => {
      assert.ok(await store.insert(identity))
      assert.ok(await store.insert(ofAcme()))
      assert.deepEqual(await find(), identity)
      assert.deepEqual(await list(), [ofAcme(), identity])
      assert.deepEqual(await store.list(identity.tenantId, home.accounts[1]), [])
    })

    test('is found by connection, issuer and subject, byte for byte (Q60)', async () => {
      await store.insert(identity)
      for (const other of [
        { connectionId: acme },
        { issuer: 'https://accounts.google.com/' },
        { issuer: 'HTTPS://accounts.google.com' },
        { subject: `${identity.subject} ` },
      ])
        assert.equal(await store.find({ ...identity, ...other }), undefined)
    })

    test('keeps the longest key there may be', async () => {
      const issuer = 'é'.repeat(500)
      const long = { ...identity, issuer, subject: 's'.repeat(longestKey - 1000) }
      assert.ok(await store.insert(long))
      assert.deepEqual(await store.find(long), long)
    })

    test('belongs to one account, of twenty that want it at once', async () => {
      const wanting = Array.from({ length: 20 }, (_, at) =>
        store.insert(at % 2 === 0 ? identity : somebodyElses()),
      )
      assert.equal((await Promise.all(wanting)).filter(Boolean).length, 1)
    })

    test('an account has one of a connection, of twenty at once', async () => {
      const wanting = Array.from({ length: 20 }, (_, at) =>
        store.insert({ ...identity, subject: `subject-${at}` }),
      )
      assert.equal((await Promise.all(wanting)).filter(Boolean).length, 1)
      assert.equal((await list()).length, 1)
    })

    test('another tenant is another world (DESIGN §3)', async () => {
      await store.insert(identity)
      assert.equal(await store.find(elsewhere()), undefined)
      assert.equal(await store.use(elsewhere(), new Date()), false)
      assert.equal(await store.remove(elsewhere()), undefined)
      assert.deepEqual(await store.removeAll(home.tenants[1], identity.accountId), [])
      assert.deepEqual(await find(), identity)
      assert.ok(await store.insert(elsewhere()))
    })

    test('remembers a use by its own account', async () => {
      await store.insert(identity)
      const at = new Date('2030-03-01T00:00:00Z')
      assert.equal(await store.use(somebodyElses(), at), false)
      assert.equal(await store.use({ ...identity, subject: 'other' }, at), false)
      assert.ok(await store.use(identity, at))
      assert.deepEqual(await find(), { ...identity, lastUsedAt: at })
    })

    test('is a way in once it was used, and while its connection is on', async () => {
      const has = (except?: ConnectionId) => store.hasWayIn(identity, except)
      await store.insert({ ...identity, lastUsedAt: undefined })
      assert.equal(await has(), false, 'never used')
      await store.use(identity, new Date())
      assert.ok(await has())
      assert.equal(await has(google), false, 'beside itself')
      await store.insert({ ...ofAcme(), lastUsedAt: new Date() })
      assert.ok(await has(google))
      await home.turn(acme, 'disabled')
      assert.equal(await has(google), false, 'off')
      await home.turn(acme, 'active')
      assert.equal(await store.hasWayIn(somebodyElses(), undefined), false)
      assert.equal(await store.hasWayIn(elsewhere(), undefined), false)
    })

    test('is removed once, of twenty at once, and by nobody else', async () => {
      await store.insert(identity)
      assert.equal(await store.remove(somebodyElses()), undefined)
      assert.equal(await store.remove({ ...identity, connectionId: acme }), undefined)
      const removed = await Promise.all(Array.from({ length: 20 }, () => store.remove(identity)))
      assert.deepEqual(
        removed.filter((one) => one !== undefined),
        [identity],
      )
      assert.equal(await store.use(identity, new Date()), false)
      assert.ok(await store.insert(somebodyElses()), 'it is free again')
    })

    test('removes all of one account and of no other', async () => {
      await store.insert(identity)
      await store.insert(ofAcme())
      const other = { ...somebodyElses(), subject: 'other' }
      await store.insert(other)
      assert.equal((await store.removeAll(identity.tenantId, identity.accountId)).length, 2)
      assert.deepEqual(await list(), [])
      assert.deepEqual(await store.find(other), other)
    })
  })
}
