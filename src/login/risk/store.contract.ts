import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { SessionOwner } from '#session/session.ts'
import type { FakeClock } from '#test/support/fake-clock.ts'
import { habitLifetime, type Habits, type HabitStore } from './risk.ts'

export type HabitStoreHome = {
  readonly store: HabitStore
  readonly clock: FakeClock
  /** Somebody, another person of the tenant, and one of another tenant with the first one's id. */
  readonly owners: readonly [SessionOwner, SessionOwner, SessionOwner]
  empty(): Promise<void>
  close(): Promise<void>
}

const hours = Array.from({ length: 24 }, () => 0)
const habits: Habits = {
  networks: { '192.0.2.0/24': 5, '2001:db8:1::/48': 7 },
  countries: { AT: 7 },
  hours: hours.with(3, 2),
  last: { at: 7, position: { latitude: 48, longitude: -16 } },
}

/** What every store of habits does. */
export function habitStoreContract(name: string, open: () => Promise<HabitStoreHome>): void {
  describe(`habit store on ${name}`, () => {
    let home: HabitStoreHome
    let store: HabitStore
    before(async () => {
      home = await open()
      store = home.store
    })
    beforeEach(() => home.empty())
    after(() => home.close())

    test('keeps every field, of its owner only', async () => {
      const [ada, eve, other] = home.owners
      await store.change(ada, (nothing) => {
        assert.equal(nothing, undefined)
        return habits
      })
      assert.deepEqual(await store.find(ada), habits)
      assert.equal(await store.find(eve), undefined)
      assert.equal(await store.find(other), undefined)
      const bare = { ...habits, last: { at: 7 } }
      await store.change(eve, () => bare)
      assert.deepEqual(await store.find(eve), { ...bare, last: { at: 7 } })
    })

    test('loses none of twenty changes at once', async () => {
      const [ada] = home.owners
      const count = (known: Habits | undefined): Habits => {
        const last = { at: (known?.last?.at ?? 0) + 1 }
        return { ...habits, last }
      }
      await Promise.all(Array.from({ length: 20 }, () => store.change(ada, count)))
      assert.equal((await store.find(ada))?.last?.at, 20)
    })

    test('removes what is known of one', async () => {
      const [ada, eve] = home.owners
      await store.change(ada, () => habits)
      await store.change(eve, () => habits)
      await store.remove(ada, undefined)
      assert.equal(await store.find(ada), undefined)
      assert.deepEqual(await store.find(eve), habits)
    })

    test('keeps it for 90 days after the last change, and removes it then', async () => {
      const [ada] = home.owners
      await store.change(ada, () => habits)
      home.clock.advance(10_000)
      await store.change(ada, () => habits)
      home.clock.advance(habitLifetime * 1000 - 1)
      assert.deepEqual(await store.find(ada), habits)
      home.clock.advance(1)
      assert.equal(await store.find(ada), undefined)
      const now = home.clock.now() / 1000
      assert.equal(await store.removeExpired(now - 60, 10), 0)
      assert.equal(await store.removeExpired(now + 1, 10), 1)
      await store.change(ada, (known) => {
        assert.equal(known, undefined)
        return habits
      })
    })
  })
}
