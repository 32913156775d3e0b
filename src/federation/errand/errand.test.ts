import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  brandId,
  type AccountId,
  type ConnectionId,
  type InteractionUid,
  type SessionUid,
} from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createPostgresEphemeral } from '#storage/ephemeral/postgres.ts'
import { createRedisEphemeral } from '#storage/ephemeral/redis.ts'
import type { Ephemeral } from '#storage/storage.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { createFakeClock, type FakeClock } from '#test/support/fake-clock.ts'
import { tenant } from '#test/support/password-login.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import type { Connection, Errand } from '../federation.ts'
import { createErrands, createPostedAnswers } from './service.ts'

const connection: Connection = {
  tenantId: tenant.id,
  id: brandId<ConnectionId>('peer'),
  name: 'Peer',
  type: 'oidc',
  status: 'active',
  settings: {},
  version: 7,
}
const here = { tenant, connection }
const errand: Errand = { purpose: 'sign_in', uid: brandId<InteractionUid>('uid') }
const browser = 'B'.repeat(43)
const memo = { nonce: 'n', verifier: 'v' }
const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 1)]))

function open(
  clock: FakeClock = createFakeClock(),
  ephemeral: Ephemeral = createMemoryEphemeral({ clock }),
) {
  const deps = { ephemeral, sealer, clock }
  return { clock, errands: createErrands(deps), answers: createPostedAnswers(deps) }
}

const send = (errands: ReturnType<typeof open>['errands'], what: Errand = errand) =>
  errands.send({ tenant, connection, errand: what, browser }, memo)

describe('an errand', () => {
  it('comes back once, with what was remembered and when it began', async () => {
    const { errands, clock } = open()
    const key = await send(errands)
    assert.match(key, /^[\w-]{43}$/)
    const startedAt = clock.now() / 1000
    clock.advance(599_000)
    const kept = { errand, version: 7, startedAt, memo }
    assert.deepEqual(await errands.look(here, key), kept)
    assert.deepEqual(await errands.take(here, key, browser), { kind: 'taken', ...kept })
    assert.deepEqual(await errands.take(here, key, browser), { kind: 'unknown' })
    assert.equal(await errands.look(here, key), undefined)
  })

  const purposes: readonly Errand[] = [
    errand,
    {
      purpose: 'link',
      accountId: brandId<AccountId>('account'),
      sessionUid: brandId<SessionUid>('session'),
      provedAt: 1,
    },
    { purpose: 'test', accountId: brandId<AccountId>('account') },
  ]
  for (const what of purposes)
    it(`keeps its purpose: ${what.purpose} (CVE-2026-4282)`, async () => {
      const { errands } = open()
      const taken = await errands.take(here, await send(errands, what), browser)
      assert.partialDeepStrictEqual(taken, { kind: 'taken', errand: what })
    })

  it('is over after ten minutes', async () => {
    const { errands, clock } = open()
    const key = await send(errands)
    clock.advance(600_001)
    assert.deepEqual(await errands.take(here, key, browser), { kind: 'unknown' })
  })

  it('is nothing for another connection or another tenant (RFC 9700 §4.4), and stays where it is', async () => {
    const { errands } = open()
    const key = await send(errands)
    const others = [
      { tenant, connection: { id: brandId<ConnectionId>('other') } },
      { tenant: { id: brandId<typeof tenant.id>('other') }, connection },
    ]
    for (const place of others) {
      assert.equal(await errands.look(place, key), undefined)
      assert.deepEqual(await errands.take(place, key, browser), { kind: 'unknown' })
    }
    assert.equal((await errands.take(here, key, browser)).kind, 'taken')
  })

  for (const other of [undefined, '', 'C'.repeat(43)])
    it(`is used up by another browser, and not given to it: ${String(other)} (Q76, login CSRF)`, async () => {
      const { errands } = open()
      const key = await send(errands)
      assert.deepEqual(await errands.take(here, key, other), { kind: 'other_browser' })
      assert.deepEqual(await errands.take(here, key, browser), { kind: 'unknown' })
    })

  it('is not asked for by what cannot be a key', async () => {
    const asked: string[] = []
    const clock = createFakeClock()
    const ephemeral = createMemoryEphemeral({ clock })
    const { errands } = open(clock, {
      ...ephemeral,
      take: async ({ id }) => void asked.push(id),
      get: async ({ id }) => void asked.push(id),
    })
    for (const key of ['', 'x', 'ß'.repeat(43), 'x'.repeat(44), `${'x'.repeat(42)}\0`]) {
      assert.deepEqual(await errands.take(here, key, browser), { kind: 'unknown' })
      assert.equal(await errands.look(here, key), undefined)
    }
    assert.deepEqual(asked, [])
  })

  it('is kept sealed, its key and its browser as hashes (Q87)', async () => {
    const clock = createFakeClock()
    const ephemeral = createMemoryEphemeral({ clock })
    const seen: string[] = []
    const { errands, answers } = open(clock, {
      ...ephemeral,
      async put(key, value, ttl) {
        seen.push(key.id, value)
        await ephemeral.put(key, value, ttl)
      },
    })
    const key = await send(errands)
    const handle = await answers.keep(here, 'code=secret')
    for (const secret of [key, handle, browser, 'verifier', 'secret'])
      assert.equal(seen.join(' ').includes(secret), false, secret)
  })
})

describe('an answer that was posted from elsewhere', () => {
  it('opens once, for a minute, and for its own connection and tenant alone', async () => {
    const { answers, clock } = open()
    const handle = await answers.keep(here, 'code=1')
    const elsewhere = { tenant, connection: { id: brandId<ConnectionId>('other') } }
    assert.equal(await answers.take(elsewhere, handle), undefined)
    assert.equal(await answers.take(here, handle), 'code=1')
    assert.equal(await answers.take(here, handle), undefined)
    const late = await answers.keep(here, 'code=2')
    clock.advance(60_001)
    assert.equal(await answers.take(here, late), undefined)
    assert.equal(await answers.take(here, 'x'), undefined)
  })
})

function raced(
  name: string,
  withStore: (work: (store: Ephemeral) => Promise<void>) => Promise<void>,
) {
  it(`is given to one of twenty who come at once, in ${name} (Q76, Zitadel CVE-2025-46815)`, () =>
    withStore(async (store) => {
      const { errands, answers } = open(createFakeClock(), store)
      const key = await send(errands)
      const handle = await answers.keep(here, 'code=1')
      const twenty = Array.from({ length: 20 }, (_, index) => index)
      const taken = await Promise.all(twenty.map(() => errands.take(here, key, browser)))
      const opened = await Promise.all(twenty.map(() => answers.take(here, handle)))
      assert.equal(taken.filter(({ kind }) => kind === 'taken').length, 1)
      assert.equal(opened.filter((answer) => answer !== undefined).length, 1)
    }))
}

describe('an errand that is raced', () => {
  raced('memory', (work) => work(createMemoryEphemeral({ clock: createFakeClock() })))
  for (const kind of availableDatabases())
    raced(kind.name, async (work) => {
      await using database = await kind.open()
      await work(createPostgresEphemeral({ database, clock: createFakeClock() }))
    })
  if (hasRedis())
    raced('redis', async (work) => {
      await using opened = await openRedis()
      await work(createRedisEphemeral({ redis: opened.redis }))
    })
})
