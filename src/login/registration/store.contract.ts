import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import { invitationKept } from './registration.ts'
import type { AgreementStore, Invitation, InvitationStore } from './registration.ts'

export type RegistrationStoresHome = {
  agreements(): AgreementStore
  invitations(): InvitationStore
  readonly tenants: readonly [TenantId, TenantId]
  /** Of the first tenant. */
  readonly accountId: AccountId
  empty(): Promise<void>
  close(): Promise<void>
}

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second, 123))

/** What every store of agreements and invitations does. */
export function registrationStoresContract(
  name: string,
  open: () => Promise<RegistrationStoresHome>,
): void {
  describe(`registration stores on ${name}`, () => {
    let home: RegistrationStoresHome
    let main: TenantId
    let invitation: Invitation

    before(async () => {
      home = await open()
      main = home.tenants[0]
      invitation = {
        tenantId: main,
        id: 'one',
        email: 'ada@example.test',
        tokenHash: 'hash-of-one',
        createdAt: at(0),
        expiresAt: at(30),
        usedAt: undefined,
        revokedAt: undefined,
      }
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    test('keeps what was agreed to first, oldest first', async () => {
      const store = home.agreements()
      const { accountId } = home
      const terms = { tenantId: main, accountId, document: 'terms', version: '1' } as const
      const first = { ...terms, agreedAt: at(1) }
      const second = { ...terms, version: '2', agreedAt: at(2) }
      await store.put([])
      await store.put([second, first])
      await store.put([{ ...first, agreedAt: at(9) }])
      assert.deepEqual(await store.list(main, accountId), [first, second])
      assert.deepEqual(await store.list(home.tenants[1], accountId), [])
    })

    test('finds an invitation by its token, in its tenant only (DESIGN §3)', async () => {
      const store = home.invitations()
      await store.insert(invitation)
      assert.deepEqual(await store.findByToken(main, 'hash-of-one'), invitation)
      assert.equal(await store.findByToken(main, 'another'), undefined)
      assert.equal(await store.findByToken(home.tenants[1], 'hash-of-one'), undefined)
      assert.equal(await store.use(home.tenants[1], 'one', at(1)), false)
      assert.equal(await store.revoke(home.tenants[1], 'one', at(1)), false)
    })

    test('of twenty who use one at once one does (Q33)', async () => {
      const store = home.invitations()
      await store.insert(invitation)
      const uses = await Promise.all(
        Array.from({ length: 20 }, () => store.use(main, 'one', at(1))),
      )
      assert.equal(uses.filter(Boolean).length, 1)
      assert.deepEqual((await store.findByToken(main, 'hash-of-one'))?.usedAt, at(1))
    })

    test('one that is over, revoked or used is used no more', async () => {
      const store = home.invitations()
      await store.insert(invitation)
      assert.equal(await store.use(main, 'one', at(30)), false)
      await store.insert({ ...invitation, id: 'two', tokenHash: 'hash-of-two' })
      assert.equal(await store.revoke(main, 'two', at(2)), true)
      assert.equal(await store.revoke(main, 'two', at(3)), false)
      assert.equal(await store.use(main, 'two', at(3)), false)
      assert.equal(await store.use(main, 'one', at(3)), true)
      assert.equal(await store.revoke(main, 'one', at(4)), false)
      assert.equal(await store.use(main, 'nothing', at(1)), false)
    })

    test('forgets whom it invited a month after it was over (GDPR Art. 5)', async () => {
      const store = home.invitations()
      const over = { ...invitation, id: 'two', tokenHash: 'two' }
      await store.insert(over)
      await store.insert({ ...invitation, expiresAt: new Date(over.expiresAt.getTime() + 60_000) })
      const end = over.expiresAt.getTime() / 1000 + invitationKept
      assert.equal(await store.removeExpired(end, 10), 0)
      assert.equal(await store.removeExpired(end + 1, 10), 1)
      assert.deepEqual(
        (await store.list(main)).map(({ id }) => id),
        ['one'],
      )
    })

    test('lists the newest first', async () => {
      const store = home.invitations()
      await store.insert(invitation)
      await store.insert({ ...invitation, id: 'two', tokenHash: 'two', createdAt: at(5) })
      assert.deepEqual(
        (await store.list(main)).map(({ id }) => id),
        ['two', 'one'],
      )
    })
  })
}
