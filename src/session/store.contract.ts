import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import type { SessionUid } from '#kit/ids.ts'
import type { SessionOwner, SessionRecord, SessionStore } from './session.ts'

export type OpenSessionStore = {
  readonly store: SessionStore
  /** An account of a fresh tenant. */
  addOwner(): Promise<SessionOwner>
} & AsyncDisposable

const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 12, minute, 0, 123))

export function exampleSession(
  owner: SessionOwner,
  init: Partial<SessionRecord> = {},
): SessionRecord {
  return {
    tenantId: owner.tenantId,
    uid: newId<SessionUid>(),
    accountId: owner.id,
    acr: 'urn:signet:acr:password',
    amr: ['pwd'],
    provedAt: at(0),
    device: { browser: 'Firefox', system: 'Windows' },
    ip: '203.0.113.7',
    place: { city: 'Vienna', country: 'AT' },
    openedAt: at(0),
    expiresAt: Date.UTC(2030, 0, 31) / 1000,
    ...init,
  }
}

/** What every store of sessions keeps. `open` gives an empty one. */
export function describeSessionStore(name: string, open: () => Promise<OpenSessionStore>): void {
  describe(`the session store (${name})`, () => {
    let opened: OpenSessionStore
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())
    const list = (owner: SessionOwner, limit = 10) => opened.store.list(owner, limit)

    it('gives back what was put, the latest proof first, at most as many as asked for', async () => {
      const owner = await opened.addOwner()
      const first = exampleSession(owner)
      const bare = { acr: undefined, amr: [], ip: undefined, place: undefined }
      const device = { browser: undefined, system: undefined }
      const second = exampleSession(owner, { ...bare, device, provedAt: at(5), openedAt: at(5) })
      const third = exampleSession(owner, { provedAt: at(2) })
      for (const session of [first, second, third]) await opened.store.put(session)
      assert.deepEqual(await list(owner), [second, third, first])
      assert.deepEqual(await list(owner, 1), [second])
      assert.equal((await opened.store.uidsOf(owner)).length, 3)
    })

    it('keeps when it was first seen, unless somebody else signs in there', async () => {
      const owner = await opened.addOwner()
      const session = exampleSession(owner)
      await opened.store.put(session)
      const again = { ...session, provedAt: at(9), openedAt: at(9), ip: '203.0.113.8' }
      await opened.store.put(again)
      assert.deepEqual(await list(owner), [{ ...again, openedAt: at(0) }])
    })

    it('shows nobody the sessions of another account or tenant, nor ends them (Q77)', async () => {
      const [owner, other] = [await opened.addOwner(), await opened.addOwner()]
      const session = exampleSession(owner)
      await opened.store.put(session)
      for (const stranger of [
        other,
        { ...owner, id: other.id },
        { ...owner, tenantId: other.tenantId },
      ]) {
        assert.deepEqual(await list(stranger), [])
        assert.deepEqual(await opened.store.uidsOf(stranger), [])
        assert.equal(await opened.store.beginEnd(stranger, session.uid, at(1)), undefined)
        await opened.store.removeOf(stranger)
      }
      await opened.store.remove(other.tenantId, [session.uid])
      assert.deepEqual(await list(owner), [session])
    })

    it('begins an end once, of 20 at the same time', async () => {
      const owner = await opened.addOwner()
      const { uid } = exampleSession(owner)
      await opened.store.put(exampleSession(owner, { uid }))
      const tries = Array.from({ length: 20 }, () => opened.store.beginEnd(owner, uid, at(1)))
      const outcomes = await Promise.all(tries)
      assert.equal(outcomes.filter((outcome) => outcome === 'begun').length, 1)
      assert.equal(outcomes.filter((outcome) => outcome === 'again').length, 19)
      await opened.store.remove(owner.tenantId, [uid])
      assert.equal(await opened.store.beginEnd(owner, uid, at(1)), undefined)
    })

    it('does not forget that an end began because the person signs in there once more', async () => {
      const owner = await opened.addOwner()
      const session = exampleSession(owner)
      await opened.store.put(session)
      await opened.store.beginEnd(owner, session.uid, at(1))
      await opened.store.put({ ...session, provedAt: at(2) })
      assert.equal(await opened.store.beginEnd(owner, session.uid, at(3)), 'again')
    })

    it('removes some, or all of one account', async () => {
      const owner = await opened.addOwner()
      const rows = [1, 2, 3, 4].map((minute) => exampleSession(owner, { provedAt: at(minute) }))
      for (const row of rows) await opened.store.put(row)
      await opened.store.remove(
        owner.tenantId,
        rows.slice(2).map(({ uid }) => uid),
      )
      await opened.store.remove(owner.tenantId, [])
      assert.deepEqual(await list(owner), rows.slice(0, 2).toReversed())
      await opened.store.removeOf(owner)
      assert.deepEqual(await list(owner), [])
    })

    it('knows the first sign-in of an account, once, of 20 at the same time', async () => {
      const [owner, other] = [await opened.addOwner(), await opened.addOwner()]
      const tries = Array.from({ length: 20 }, () => opened.store.markFirstSignIn(owner, at(0)))
      assert.equal((await Promise.all(tries)).filter(Boolean).length, 1)
      assert.equal(await opened.store.markFirstSignIn(owner, at(1)), false)
      assert.equal(await opened.store.markFirstSignIn(other, at(1)), true)
    })

    it('removes what expired, at most as much as asked for', async () => {
      const owner = await opened.addOwner()
      const long = exampleSession(owner, { expiresAt: 2e9 })
      await opened.store.put(long)
      for (const uid of ['a', 'b', 'c']) {
        await opened.store.put(exampleSession(owner, { uid: uid as SessionUid, expiresAt: 1000 }))
      }
      assert.equal(await opened.store.removeExpired(1001, 2), 2)
      assert.equal(await opened.store.removeExpired(1001, 2), 1)
      assert.deepEqual(await list(owner), [long])
    })
  })
}
