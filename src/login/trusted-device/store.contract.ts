import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, TenantId } from '#kit/ids.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import type { TrustedDevice, TrustedDeviceStore } from './trusted-device.ts'

export type TrustedDeviceStoreHome = {
  readonly store: TrustedDeviceStore
  readonly clock: FakeClock
  readonly tenants: readonly [TenantId, TenantId]
  /** Two that exist in both tenants. */
  readonly accounts: readonly [AccountId, AccountId]
  empty(): Promise<void>
  close(): Promise<void>
}

/** What every store of trusted devices does. */
export function trustedDeviceStoreContract(
  name: string,
  open: () => Promise<TrustedDeviceStoreHome>,
): void {
  describe(`trusted device store on ${name}`, () => {
    let home: TrustedDeviceStoreHome
    let store: TrustedDeviceStore
    before(async () => {
      home = await open()
      store = home.store
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    async function add(id: string, other: Partial<TrustedDevice> = {}, instead: string[] = []) {
      home.clock.advance(1000)
      const now = home.clock.now()
      const device = {
        tenantId: home.tenants[0],
        id,
        accountId: home.accounts[0],
        tokenHash: `hash-${id}`,
        device: { browser: 'Firefox', system: undefined },
        place: { city: undefined, country: 'AT' },
        trustedAt: new Date(now),
        lastUsedAt: new Date(now),
        expiresAt: new Date(now + 60_000),
        ...other,
      }
      await store.insert(device, instead, undefined)
      return device
    }
    const ada = () => ({ tenantId: home.tenants[0], id: home.accounts[0] })
    const strangers = () => [
      { tenantId: home.tenants[0], id: home.accounts[1] },
      { tenantId: home.tenants[1], id: home.accounts[0] },
    ]
    const idsOf = async (owner = ada()) => (await store.list(owner)).map(({ id }) => id)

    test('keeps every field', async () => {
      const laptop = await add('laptop')
      const bare = await add('bare', {
        device: { browser: undefined, system: undefined },
        place: undefined,
      })
      assert.deepEqual(await store.find(ada(), ['x', laptop.tokenHash]), laptop)
      assert.deepEqual(await store.find(ada(), [bare.tokenHash]), bare)
      assert.equal(await store.find(ada(), ['x']), undefined)
      assert.equal(await store.find(ada(), []), undefined)
    })

    test('shows and removes nothing of another account or tenant (Q77)', async () => {
      const { id, tokenHash } = await add('laptop')
      for (const stranger of strangers()) {
        assert.equal(await store.find(stranger, [tokenHash]), undefined)
        assert.deepEqual(await idsOf(stranger), [])
        assert.equal(await store.remove(stranger, id, undefined), false)
        assert.equal(await store.removeAll(stranger, undefined), 0)
      }
      assert.deepEqual(await idsOf(), ['laptop'])
    })

    test('lists the last used first', async () => {
      const laptop = await add('laptop')
      await add('phone')
      assert.deepEqual(await idsOf(), ['phone', 'laptop'])
      const at = new Date(home.clock.now() + 1000)
      await store.touch(laptop, at)
      assert.deepEqual(await idsOf(), ['laptop', 'phone'])
      assert.deepEqual((await store.find(ada(), [laptop.tokenHash]))?.lastUsedAt, at)
    })

    test('puts one in the place of the same account’s, and of nobody else’s', async () => {
      const [other] = strangers()
      assert.ok(other)
      const first = await add('first')
      const theirs = await add('theirs', { accountId: other.id })
      await add('second', {}, [first.tokenHash, theirs.tokenHash])
      assert.deepEqual(await idsOf(), ['second'])
      assert.deepEqual(await idsOf(other), ['theirs'])
    })

    test('is removed once of twenty at once', async () => {
      const { id } = await add('laptop')
      const removals = Array.from({ length: 20 }, () => store.remove(ada(), id, undefined))
      assert.equal((await Promise.all(removals)).filter(Boolean).length, 1)
      assert.deepEqual(await idsOf(), [])
    })

    test('removes all there are', async () => {
      await add('laptop')
      await add('phone')
      assert.equal(await store.removeAll(ada(), undefined), 2)
      assert.deepEqual(await idsOf(), [])
    })

    test('sees nothing past its end, and removes it', async () => {
      const { tokenHash } = await add('laptop')
      home.clock.advance(60_000)
      assert.equal(await store.find(ada(), [tokenHash]), undefined)
      assert.deepEqual(await idsOf(), [])
      const now = home.clock.now() / 1000
      assert.equal(await store.removeExpired(now - 60, 10), 0)
      assert.equal(await store.removeExpired(now + 1, 10), 1)
    })
  })
}
