import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { createMemoryConnectionStore } from '../memory.ts'
import { createConnections } from '../service.ts'
import { exampleDocument, exampleId } from '../store.contract.ts'
import { challengeOf, checkPause, gracePeriod, type TxtAnswer } from './domain.ts'
import { createMemoryDomainStore } from './memory.ts'

const actor = { kind: 'cli' } as const
const second = brandId<ConnectionId>('second')

function setUp() {
  const [clock, audit] = [createFakeClock(), createRecordingAudit()]
  /** The DNS, by name. */
  const zone = new Map<string, TxtAnswer>()
  const asked: string[] = []
  const told: unknown[] = []
  const domains = createMemoryDomainStore()
  const { connections, homeRealms, domainProofs } = createConnections({
    store: createMemoryConnectionStore(),
    domains,
    sealer: createSealer(createKeyDeriver([Buffer.alloc(32, 1)])),
    audit,
    clock,
    dropTokens: async () => undefined,
    async resolver(name) {
      asked.push(name)
      return zone.get(name) ?? { kind: 'none' }
    },
    tellAdministrators: async (of) => async (connection, news) =>
      void told.push([of, connection, news]),
    transactor: { transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined) },
  })
  const tenantId = newId<TenantId>()
  return {
    clock,
    audit,
    told,
    zone,
    asked,
    homeRealms,
    domainProofs,
    connections,
    tenantId,
    async create(
      wish: unknown = 'acme.test',
      init: { id?: ConnectionId; tenantId?: TenantId } = {},
    ) {
      const document = { ...exampleDocument, id: init.id ?? exampleId, domains: [wish] }
      const input = { tenantId, ...init, document, origin: 'seed', actor } as const
      const made = await connections.create(input)
      assert.equal(made.outcome, 'saved', JSON.stringify(made))
    },
    update: (changes: object, origin: 'api' | 'seed' = 'api') =>
      connections.update({
        tenantId,
        id: exampleId,
        origin,
        actor,
        write: { kind: 'changes', changes },
      }),
    async publish(of: { tenantId: TenantId; id: ConnectionId } = { tenantId, id: exampleId }) {
      const [claim = assert.fail()] = await domains.list(of.tenantId, of.id)
      const { name, value } = challengeOf(claim)
      zone.set(name, { kind: 'found', texts: ['v=spf1 -all', value] })
      return { name, value }
    },
    check: (connectionId: ConnectionId = exampleId, of = tenantId, domain = 'acme.test') =>
      domainProofs.check({ tenantId: of, connectionId, domain, actor }),
    async realm(email = 'ada@acme.test', of = tenantId) {
      const found = await homeRealms.ofEmail(of, email)
      return found && [found.connection.id, found.domain, found.isEnforced]
    },
  }
}

type SetUp = ReturnType<typeof setUp>

async function proved(wish?: unknown): Promise<SetUp> {
  const world = setUp()
  await world.create(wish)
  await world.publish()
  assert.deepEqual(await world.check(), { kind: 'proved' })
  return world
}

const day = 24 * 3600 * 1000

describe('proving a domain', () => {
  it('takes the record of this claim, among whatever else stands there', async () => {
    const { create, publish, check, realm, asked, audit } = setUp()
    await create()
    assert.equal(await realm(), undefined)
    const { name, value } = await publish()
    assert.equal(name, '_signet-challenge.acme.test')
    assert.match(value, /^signet-domain=[\w-]{43}$/)
    assert.deepEqual(await check(), { kind: 'proved' })
    assert.deepEqual(asked, [name])
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
    const event = audit.events.at(-1)
    assert.equal(event?.type, 'connection.domain_proved')
    assert.deepEqual(event.detail, { connection: 'acme', domain: 'acme.test' })
  })

  it('takes no other text, no alias, no silence', async () => {
    const { create, publish, check, zone, realm } = setUp()
    await create()
    const { name, value } = await publish()
    const found = (...texts: string[]): TxtAnswer => ({ kind: 'found', texts })
    const answers: readonly (readonly [TxtAnswer, string])[] = [
      [{ kind: 'none' }, 'missing'],
      [found(), 'missing'],
      [found(`${value}x`, ` ${value}`, value.toUpperCase(), 'signet-domain='), 'missing'],
      [found(value.replace('signet-domain=', '')), 'missing'],
      [{ kind: 'alias' }, 'alias'],
      [{ kind: 'failed', detail: 'ESERVFAIL' }, 'failed'],
    ]
    for (const [answer, reason] of answers) {
      zone.set(name, answer)
      assert.deepEqual(await check(), { kind: 'unproved', reason })
      assert.equal(await realm(), undefined)
    }
  })

  it('takes no record of another claim, tenant or time', async () => {
    const { create, publish, check, update, tenantId, zone } = setUp()
    await create()
    await create('acme.test', { id: second })
    await publish({ tenantId, id: second })
    assert.deepEqual(await check(), { kind: 'unproved', reason: 'missing' })
    assert.deepEqual(await check(second), { kind: 'proved' })

    const { name, value } = await publish()
    await update({ domains: [] })
    await update({ domains: ['acme.test'] })
    assert.deepEqual(zone.get(name), { kind: 'found', texts: ['v=spf1 -all', value] })
    assert.deepEqual(await check(), { kind: 'unproved', reason: 'missing' })
    assert.deepEqual(await check(exampleId, newId()), { kind: 'unknown' })
    assert.deepEqual(await check(exampleId, tenantId, 'other.test'), { kind: 'unknown' })
  })

  it('makes the first of several the owner, and of each tenant another', async () => {
    const { create, publish, check, realm, tenantId } = setUp()
    const other = newId<TenantId>()
    await create()
    await create('acme.test', { id: second })
    await create('acme.test', { tenantId: other })
    await publish()
    await check()
    await publish({ tenantId, id: second })
    assert.deepEqual(await check(second), { kind: 'owned' })
    assert.equal(await realm('ada@acme.test', other), undefined)
    await publish({ tenantId: other, id: exampleId })
    assert.deepEqual(await check(exampleId, other), { kind: 'proved' })
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
  })

  it('is done by the word of who runs the installation, who may take it back', async () => {
    const { create, check, realm, update, asked, clock, domainProofs } = setUp()
    await create({ domain: 'acme.test', proved: true })
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
    assert.deepEqual(await check(), { kind: 'proved' })
    clock.advance(30 * day)
    assert.equal(await domainProofs.recheck(), 0)
    assert.deepEqual(asked, [])
    await update({ domains: ['acme.test'] })
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
    await update({ domains: [{ domain: 'acme.test', proved: false }] }, 'seed')
    assert.equal(await realm(), undefined)
  })
})

describe('the home realm of an address', () => {
  it('is found by the domain alone, exactly (Q58)', async () => {
    const { realm } = await proved()
    for (const email of ['ADA@ACME.test', ' ada@acme.test ', 'x@ａｃｍｅ.test'])
      assert.deepEqual(await realm(email), ['acme', 'acme.test', false], email)
    const others = ['a@sub.acme.test', 'a@notacme.test', 'a@acme.test.evil.test', 'acme.test', '']
    for (const email of [...others, 'a@acme.test\0', 'a@acme.test@evil.test', '@acme.test'])
      assert.equal(await realm(email), undefined, email)
  })

  it('is an active connection, and none of another tenant', async () => {
    const { realm, update } = await proved()
    assert.equal(await realm('ada@acme.test', newId()), undefined)
    for (const status of ['draft', 'disabled']) {
      await update({ status })
      assert.equal(await realm(), undefined)
    }
    await update({ status: 'active' })
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
  })

  it('is over when the domain or the connection is taken away, at once', async () => {
    const released = await proved()
    await released.update({ domains: [] })
    assert.equal(await released.realm(), undefined)
    const { connections, tenantId, realm } = await proved()
    await connections.remove({ tenantId, id: exampleId, actor })
    assert.equal(await realm(), undefined)
  })

  it('is enforced only for a domain that is proved', async () => {
    const { create, update, publish, check, realm, audit } = setUp()
    await create()
    const enforced = { domains: [{ domain: 'acme.test', enforced: true }] }
    const refused = await update(enforced)
    assert.deepEqual(refused, {
      outcome: 'invalid',
      problems: [{ field: 'domains.0.enforced', message: 'must be proved first' }],
    })
    await publish()
    await check()
    assert.equal((await update(enforced)).outcome, 'saved')
    assert.deepEqual(await realm(), ['acme', 'acme.test', true])
    await update({ domains: ['acme.test'] })
    assert.deepEqual(await realm(), ['acme', 'acme.test', false])
    const types = audit.events.map(({ type }) => type)
    assert.ok(types.includes('connection.domain_enforced'))
    assert.ok(types.includes('connection.domain_relaxed'))
  })
})

describe('a proof that is gone', () => {
  it('is looked for once a day', async () => {
    const { domainProofs, clock, asked } = await proved()
    clock.advance(checkPause)
    assert.equal(await domainProofs.recheck(), 0)
    clock.advance(1)
    assert.equal(await domainProofs.recheck(), 1)
    assert.equal(await domainProofs.recheck(), 0)
    assert.equal(asked.length, 2)
  })

  for (const answer of [{ kind: 'none' }, { kind: 'failed', detail: 'ETIMEOUT' }] as const)
    it(`stands for seven days and not a moment longer (${answer.kind})`, async () => {
      const { domainProofs, clock, zone, realm, audit, told, tenantId } = await proved()
      zone.set('_signet-challenge.acme.test', answer)
      clock.advance(day + 1)
      await domainProofs.recheck()
      const until = new Date(clock.now() + gracePeriod)
      const about = [tenantId, exampleId] as const
      const missing = [...about, { what: 'domain_missing', domain: 'acme.test', until }]
      assert.deepEqual(told, [missing])
      clock.advance(gracePeriod - 1)
      assert.deepEqual(await realm(), ['acme', 'acme.test', false])
      clock.advance(1)
      assert.equal(await realm(), undefined) // whether somebody looked or not
      await domainProofs.recheck()
      await domainProofs.recheck()
      const types = audit.events.map(({ type }) => type)
      assert.deepEqual(types.slice(-2), ['connection.domain_missing', 'connection.domain_lost'])
      assert.deepEqual(told, [missing, [...about, { what: 'domain_lost', domain: 'acme.test' }]])
    })

  it('counts anew when the record was there in between', async () => {
    const { domainProofs, clock, zone, publish, realm } = await proved()
    for (const _ of [1, 2]) {
      zone.clear()
      clock.advance(6 * day)
      await domainProofs.recheck()
      await publish()
      clock.advance(day + 1)
      await domainProofs.recheck()
      assert.deepEqual(await realm(), ['acme', 'acme.test', false])
    }
  })
})
