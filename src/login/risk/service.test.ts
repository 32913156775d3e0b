import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exampleAccount } from '#account/store.contract.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { createNetworks } from '#http/networks.ts'
import { brandId, type RequestId } from '#kit/ids.ts'
import type { Place } from '#session/session.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant as plain } from '#test/support/password-login.ts'
import { tenantSettings } from '#tenant/tenant.ts'
import { createMemoryHabitStore } from './memory.ts'
import type { DoubtfulSignIn, Risk, RiskHook } from './risk.ts'
import { createRisks, type RiskDeps } from './service.ts'

const ada = { ...exampleAccount(plain.id), endedAt: undefined }
const requestId = brandId<RequestId>('request')
const places: Readonly<Record<string, Place>> = {
  '192.0.2.1': { city: 'Vienna', country: 'AT', position: { latitude: 48, longitude: 16 } },
  '203.0.113.1': { city: 'Tokyo', country: 'JP', position: { latitude: 36, longitude: 140 } },
}

function open(other: Partial<RiskDeps> = {}, settings: object = {}) {
  const clock = createFakeClock()
  const audit = createMemoryAudit({ clock })
  const store = createMemoryHabitStore({ clock })
  const levels: string[] = []
  const tenant = { ...plain, settings: tenantSettings.parse(settings) }
  const risks = createRisks({
    store,
    audit,
    clock,
    devices: { matches: (_tenant, _account, device) => device === 'known' },
    geography: (ip) => places[ip],
    isProxy: createNetworks(['10.0.0.0/8']),
    isListed: undefined,
    triesMany: async () => false,
    hook: undefined,
    metrics: { riskEvaluated: (level) => void levels.push(level) },
    ...other,
  })
  const home = { tenant, account: ada, ip: '192.0.2.1', userAgent: 'Browser/1', requestId }
  const assess = (now: Partial<DoubtfulSignIn> = {}) =>
    risks.assess({ ...home, device: undefined, ...now })
  /** A sign-in at home, accepted, a day ago. */
  async function settle(): Promise<void> {
    await risks.learn(home)
    clock.advance(24 * 3600 * 1000)
  }
  const events = () => audit.list(tenant.id, { limit: 10 })
  return { clock, audit, store, levels, tenant, risks, home, assess, settle, events }
}

describe('the doubt about a sign-in', () => {
  it('is none at the first of all, wherever it comes from', async () => {
    const { assess, events, levels } = open()
    assert.deepEqual(await assess({ ip: '203.0.113.1' }), { level: 'low', score: 0, reasons: [] })
    assert.deepEqual(await events(), [], 'nothing to tell')
    assert.deepEqual(levels, ['low'])
  })

  it('has its reasons in the audit, whatever the level (Q91)', async () => {
    const { assess, settle, events, levels } = open()
    await settle()
    const low = await assess()
    assert.deepEqual(low, { level: 'low', score: 20, reasons: ['new_device'] })
    const medium = await assess({ ip: '203.0.113.1' })
    assert.deepEqual(medium.reasons, ['new_device', 'new_network', 'new_country'])
    assert.equal(medium.level, 'medium')
    assert.deepEqual(levels, ['low', 'medium'])
    assert.partialDeepStrictEqual(await events(), [
      {
        type: 'risk.evaluated',
        outcome: 'failure',
        accountId: ada.id,
        ip: '203.0.113.1',
        userAgent: 'Browser/1',
        requestId,
        detail: { ...medium, by: 'built_in' },
      },
      { type: 'risk.evaluated', outcome: 'success', detail: { ...low, by: 'built_in' } },
    ])
  })

  it('knows a device by its cookie, until the account ends (Q37)', async () => {
    const { assess, settle } = open()
    await settle()
    assert.deepEqual((await assess({ device: 'known' })).reasons, [])
    assert.deepEqual((await assess({ device: 'forged' })).reasons, ['new_device'])
  })

  it('grows with failures just before, and not with old ones', async () => {
    const { assess, settle, audit, clock, tenant } = open()
    await settle()
    const failure = {
      tenantId: tenant.id,
      type: 'login.failed',
      outcome: 'failure',
      actor: { kind: 'anonymous' },
      accountId: ada.id,
    } as const
    for (let at = 0; at < 3; at += 1) {
      assert.deepEqual((await assess({ device: 'known' })).reasons, [])
      await audit.append(failure)
    }
    assert.deepEqual((await assess({ device: 'known' })).reasons, ['recent_failures'])
    clock.advance(15 * 60 * 1000 + 1)
    assert.deepEqual((await assess({ device: 'known' })).reasons, [])
  })

  it('counts failures against whoever buries them under successes (Q50)', async () => {
    const { assess, settle, audit, tenant } = open()
    await settle()
    const about = { tenantId: tenant.id, actor: { kind: 'anonymous' }, accountId: ada.id } as const
    for (let at = 0; at < 3; at += 1)
      await audit.append({ ...about, type: 'login.failed', outcome: 'failure' })
    for (let at = 0; at < 50; at += 1)
      await audit.append({ ...about, type: 'login.succeeded', outcome: 'success' })
    const { reasons } = await assess({ device: 'known' })
    assert.deepEqual(reasons, ['recent_failures_unreadable'])
  })

  it('grows with an address on the operator’s list, and one that tries many accounts', async () => {
    const lists = { isListed: createNetworks(['203.0.113.0/24']), triesMany: async () => true }
    const { assess } = open(lists)
    assert.deepEqual((await assess()).reasons, ['many_accounts'])
    const { reasons, level } = await assess({ ip: '203.0.113.9' })
    assert.deepEqual([reasons, level], [['listed_address', 'many_accounts'], 'medium'])
  })

  it('counts against whoever hides: no address, or a proxy’s own (Q50, CVE-2024-47070)', async () => {
    const { assess, settle } = open({ isListed: createNetworks(['203.0.113.0/24']) })
    await settle()
    const hidden = [
      'new_network_unreadable',
      'new_country_unreadable',
      'impossible_travel_unreadable',
    ]
    const proxy = await assess({ ip: '10.1.2.3', device: 'known' })
    assert.deepEqual([proxy.reasons, proxy.level], [hidden, 'medium'])
    for (const ip of ['unknown', '', 'a', '192.0.2.1, 203.0.113.1']) {
      const { reasons, level } = await assess({ ip, device: 'known' })
      assert.deepEqual([reasons, level], [[...hidden, 'listed_address_unreadable'], 'high'], ip)
    }
  })

  it('does not get used to whoever hides', async () => {
    const { assess, settle, risks, home, clock } = open({ geography: undefined })
    await settle()
    for (let at = 0; at < 5; at += 1) {
      clock.advance(3600_000)
      await risks.learn({ ...home, ip: '10.1.2.3' })
    }
    const { reasons } = await assess({ ip: '10.1.2.3', device: 'known' })
    assert.deepEqual(reasons, ['new_network_unreadable'])
  })

  it('says nothing of places where there is no file of them', async () => {
    const { assess, settle } = open({ geography: undefined })
    await settle()
    assert.deepEqual((await assess({ ip: '203.0.113.1' })).reasons, ['new_device', 'new_network'])
  })

  it('is neither asked nor learnt where the tenant switched it off', async () => {
    const { assess, risks, home, store, events, levels } = open(
      { triesMany: async () => true },
      { risk: 'off' },
    )
    await risks.learn(home)
    assert.equal(await store.find(ada), undefined)
    assert.deepEqual(await assess(), { level: 'low', score: 0, reasons: [] })
    assert.deepEqual([await events(), levels], [[], []])
  })

  it('is an operator’s to judge; without their word the built-in one stands (Q50)', async () => {
    let word: Risk | undefined = { level: 'low', score: 1, reasons: ['vouched_for'] }
    const asked: Parameters<RiskHook>[0][] = []
    const hook: RiskHook = async (question) => {
      asked.push(question)
      return word
    }
    const { assess, settle, events } = open({ hook })
    await settle()
    assert.deepEqual(await assess({ ip: '203.0.113.1' }), word)
    assert.partialDeepStrictEqual(asked, [
      { builtIn: { level: 'medium' }, signals: { new_country: 'yes', unusual_hour: 'no' } },
    ])
    assert.equal((await events())[0]?.detail?.['by'], 'hook')
    word = undefined
    assert.equal((await assess({ ip: '203.0.113.1' })).level, 'medium')
    assert.equal((await events())[0]?.detail?.['by'], 'built_in')
  })

  it('learns once an hour from where somebody is, and at once what is new', async () => {
    const { risks, home, store, clock } = open()
    let writes = 0
    const { change } = store
    store.change = async (...input) => {
      writes += 1
      return change(...input)
    }
    await risks.learn(home)
    await risks.learn(home)
    assert.equal(writes, 1)
    await risks.learn({ ...home, ip: '203.0.113.1' })
    assert.equal(writes, 2)
    clock.advance(3600_000)
    await risks.learn(home)
    assert.equal(writes, 3)
  })
})
