import assert from 'node:assert/strict'
import { it } from 'node:test'
import { brandId, type ConnectionId, type SessionUid } from '#kit/ids.ts'
import type { SamlSession, SamlSessionStore } from './logout.ts'

/** `example`: of a session, an account and a connection that are there. `uids`: more sessions of that account. */
export type OpenedSamlSessions = AsyncDisposable & {
  readonly store: SamlSessionStore
  readonly example: SamlSession
  readonly uids: readonly [SessionUid, SessionUid]
}

export function samlSessionStoreContract(open: () => Promise<OpenedSamlSessions>): void {
  const uidsOf = async (store: SamlSessionStore, named: Parameters<SamlSessionStore['find']>[0]) =>
    (await store.find(named)).map(({ sessionUid }) => sessionUid).toSorted()

  it('finds those that are named, and all where none is (SAML Core §3.7.3)', async () => {
    await using opened = await open()
    const { store, example, uids } = opened
    const [second, third] = uids
    await store.insert(example)
    await store.insert({ ...example, sessionUid: second, indexKey: 'two' })
    await store.insert({ ...example, sessionUid: third, indexKey: '' })
    const all = [example.sessionUid, second, third].toSorted()
    assert.deepEqual(await uidsOf(store, { ...example, indexKeys: [] }), all)
    assert.deepEqual(await uidsOf(store, { ...example, indexKeys: ['two', 'none'] }), [second])
    assert.deepEqual(await uidsOf(store, { ...example, indexKeys: ['none'] }), [])
  })

  it('gives a session once, by whichever of its names', async () => {
    await using opened = await open()
    const { store, example } = opened
    for (const indexKey of ['one', 'one', 'two']) await store.insert({ ...example, indexKey })
    const found = { sessionUid: example.sessionUid, accountId: example.accountId }
    assert.deepEqual(await store.find({ ...example, indexKeys: [] }), [found])
    assert.deepEqual(await store.find({ ...example, indexKeys: ['two'] }), [found])
  })

  it('knows none of another tenant, connection or person', async () => {
    await using opened = await open()
    const { store, example } = opened
    await store.insert(example)
    const others: readonly Partial<SamlSession>[] = [
      { tenantId: brandId<typeof example.tenantId>('another') },
      { connectionId: brandId<ConnectionId>('another') },
      { nameKey: 'another' },
    ]
    for (const other of others)
      assert.deepEqual(await store.find({ ...example, ...other, indexKeys: [] }), [])
  })
}
