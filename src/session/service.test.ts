import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { AccountId, SessionUid, TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { createMemorySessionStore } from './memory.ts'
import { createSessions } from './service.ts'
import type { LiveSession } from './session.ts'
import { exampleSession } from './store.contract.ts'

const by = { actor: { kind: 'cli' } } as const

describe('sessions', () => {
  const owner = { tenantId: brandId<TenantId>('t'), id: brandId<AccountId>('ada') }
  const uidOf = (name: string) => brandId<SessionUid>(name)

  function open() {
    const clock = createFakeClock()
    const store = createMemorySessionStore()
    const audit = createRecordingAudit()
    const alive = new Map<SessionUid, LiveSession>()
    const engine = { isDown: false, ended: [] as SessionUid[] }
    const sessions = createSessions({
      store,
      audit,
      clock,
      live: {
        find: async (_tenant, uid) => alive.get(uid),
        async end(_tenant, uid) {
          if (engine.isDown) throw new Error('connection lost')
          alive.delete(uid)
          engine.ended.push(uid)
        },
      },
      endAccount: async () => {
        alive.clear()
        return true
      },
      transactor: { transaction: (work) => work(undefined) },
      geography: () => undefined,
      rememberElsewhere: async () => undefined,
    })
    async function add(name: string, isAlive = true): Promise<SessionUid> {
      const uid = uidOf(name)
      const at = new Date(clock.now())
      await store.put(exampleSession(owner, { uid, provedAt: at, openedAt: at }))
      if (isAlive) alive.set(uid, { accountId: owner.id, lastSeenAt: at, clientIds: [] })
      clock.advance(1000)
      return uid
    }
    return { clock, store, audit, alive, engine, sessions, add }
  }

  it('that an outage kept alive are ended by asking again, and audited once (Q91)', async () => {
    const { sessions, audit, engine, add } = open()
    const uid = await add('laptop')
    engine.isDown = true
    await assert.rejects(sessions.end(owner, uid, by), { code: 'session.unavailable', status: 503 })
    assert.equal((await sessions.list(owner)).length, 1, 'still to be seen')
    engine.isDown = false
    assert.equal(await sessions.end(owner, uid, by), 'ended')
    assert.equal(await sessions.end(owner, uid, by), 'unknown')
    assert.deepEqual(
      audit.events.map(({ type }) => type),
      ['session.ended'],
    )
  })

  it('are not ended when the audit cannot be written (Q91)', async () => {
    const { sessions, audit, engine, add } = open()
    const uid = await add('laptop')
    audit.fail = true
    await assert.rejects(sessions.end(owner, uid, by), /audit/)
    assert.deepEqual(engine.ended, [])
  })

  it('but one end, and only those that live are counted', async () => {
    const { sessions, engine, add } = open()
    const here = await add('here')
    const [phone, tablet] = [await add('phone'), await add('tablet')]
    await add('left over', false)
    assert.equal(await sessions.endOthers(owner, here, by), 2)
    assert.deepEqual(new Set(engine.ended), new Set([phone, tablet]))
    assert.deepEqual(
      (await sessions.list(owner, here)).map(({ uid, isCurrent }) => [uid, isCurrent]),
      [[here, true]],
    )
  })

  it('all end with the account', async () => {
    const { sessions, add } = open()
    await add('phone')
    await add('tablet')
    assert.equal(await sessions.endAll(owner, by), 2)
    assert.deepEqual(await sessions.list(owner), [])
  })

  it('that live are found behind any number of leftovers, which are cleared away', async () => {
    const { sessions, store, clock, add } = open()
    const old = await add('old')
    for (let at = 0; at < 450; at += 1) await add(`gone ${at}`, false)
    clock.advance(61_000)
    assert.deepEqual(
      (await sessions.list(owner)).map(({ uid }) => uid),
      [old],
    )
    assert.deepEqual(await store.uidsOf(owner), [old])
  })

  it('that are just being kept are no leftovers', async () => {
    const { sessions, store, add } = open()
    const uid = await add('arriving', false)
    assert.deepEqual(await sessions.list(owner), [])
    assert.deepEqual(await store.uidsOf(owner), [uid])
  })

  it('of another person who signed in on the same browser are not shown (Q77)', async () => {
    const { sessions, alive, add } = open()
    const uid = await add('shared')
    const lastSeenAt = new Date()
    alive.set(uid, { accountId: brandId<AccountId>('grace'), lastSeenAt, clientIds: [] })
    assert.deepEqual(await sessions.list(owner), [])
  })
})
