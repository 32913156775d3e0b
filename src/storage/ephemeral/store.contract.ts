import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Ephemeral, EphemeralKey } from '../storage.ts'

export type EphemeralUnderTest = AsyncDisposable & {
  readonly store: Ephemeral
  /** Makes the store believe that `ms` went by. */
  pass(ms: number): Promise<void>
}

/** What every home of short-lived data promises. */
export function testEphemeral(name: string, open: () => Promise<EphemeralUnderTest>): void {
  const key: EphemeralKey = { tenantId: 'main', kind: 'progress', id: 'one' }
  const others: readonly EphemeralKey[] = [
    { ...key, tenantId: 'other' },
    { ...key, kind: 'replay' },
    { ...key, id: 'two' },
    { tenantId: 'main:progress', kind: 'x', id: 'one' },
  ]

  describe(`short-lived data in ${name}`, () => {
    it('gives back what was put, whatever it holds', async () => {
      await using opened = await open()
      for (const value of ['', 'plain', '{"a":[],"n":12345678901234567890}', 'ß🔑\n"\'\\']) {
        await opened.store.put(key, value, 60)
        assert.equal(await opened.store.get(key), value)
      }
    })

    it('takes ids with any character, also NUL and very long ones', async () => {
      await using opened = await open()
      for (const id of ['a\0b', '{tag}:x', '%', 'x'.repeat(10_000), 'ü🔑']) {
        await opened.store.put({ ...key, id }, id.slice(0, 1), 60)
        assert.equal(await opened.store.get({ ...key, id }), id.slice(0, 1))
      }
    })

    it('keeps tenants, kinds and ids apart (CVE-2026-4282)', async () => {
      await using opened = await open()
      await opened.store.put(key, 'mine', 60)
      for (const other of others) {
        assert.equal(await opened.store.get(other), undefined)
        assert.equal(await opened.store.take(other), undefined)
        assert.equal(await opened.store.swap(other, 'mine', 'theirs'), false)
        await opened.store.remove(other)
        assert.equal(await opened.store.add(other, 'theirs', 60), true)
      }
      assert.equal(await opened.store.get(key), 'mine')
    })

    it('never shows a value past its expiry, and forgets that it blocked an add', async () => {
      await using opened = await open()
      await opened.store.put(key, 'old', 60)
      await opened.pass(59_000)
      assert.equal(await opened.store.get(key), 'old')
      await opened.pass(1001)
      assert.equal(await opened.store.get(key), undefined)
      assert.equal(await opened.store.swap(key, 'old', 'new'), false)
      assert.equal(await opened.store.take(key), undefined)
      assert.equal(await opened.store.add(key, 'new', 60), true)
      assert.equal(await opened.store.get(key), 'new')
    })

    it('puts a new value with a new expiry over an old one', async () => {
      await using opened = await open()
      await opened.store.put(key, 'a', 10)
      await opened.store.put(key, 'b', 60)
      await opened.pass(30_000)
      assert.equal(await opened.store.get(key), 'b')
    })

    it('adds for exactly one of twenty at once (F2)', async () => {
      await using opened = await open()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, at) => opened.store.add(key, `${at}`, 60)),
      )
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal(await opened.store.get(key), `${outcomes.indexOf(true)}`)
    })

    it('gives a value to exactly one of twenty takers', async () => {
      await using opened = await open()
      await opened.store.put(key, 'once', 60)
      const taken = await Promise.all(Array.from({ length: 20 }, () => opened.store.take(key)))
      assert.deepEqual(
        taken.filter((value) => value !== undefined),
        ['once'],
      )
    })

    it('swaps for exactly one of twenty at once, and keeps the expiry', async () => {
      await using opened = await open()
      await opened.store.put(key, 'first', 60)
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, at) => opened.store.swap(key, 'first', `${at}`)),
      )
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal(await opened.store.get(key), `${outcomes.indexOf(true)}`)
      await opened.pass(60_001)
      assert.equal(await opened.store.get(key), undefined)
    })

    it('removes, and does not mind what is not there', async () => {
      await using opened = await open()
      await opened.store.put(key, 'x', 60)
      await opened.store.remove(key)
      await opened.store.remove(key)
      assert.equal(await opened.store.get(key), undefined)
    })
  })
}
