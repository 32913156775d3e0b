import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exampleAccount } from '#account/store.contract.ts'
import { epochSeconds } from '#kit/clock.ts'
import { sha256 } from '#kit/hash.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { deviceOf } from '#session/device.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant } from '#test/support/password-login.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { createMemoryTrustedDeviceStore } from './memory.ts'
import { createTrustedDevices } from './service.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const chrome = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36'
const ada = { ...exampleAccount(tenant.id), endedAt: undefined }
const eve = { ...exampleAccount(tenant.id, 'eve'), endedAt: undefined }
const by = { actor: { kind: 'account', id: ada.id } } as const
const day = 24 * 3600 * 1000

function visitorOf(userAgent: string) {
  return { ip: '192.0.2.1', headers: { 'user-agent': userAgent } }
}

function open() {
  const clock = createFakeClock()
  const audit = createRecordingAudit()
  const store = createMemoryTrustedDeviceStore({ clock })
  const tenantDays = { now: 30 }
  const devices = createTrustedDevices({
    store,
    audit,
    clock,
    transactor: { transaction: (work) => work(undefined) },
    sessions: {
      whereabouts: ({ ip, headers }) => ({ device: deviceOf(headers), ip, place: undefined }),
    },
    daysOf: () => tenantDays.now,
  })
  const presented = { tenant, account: ada, visitor: visitorOf(firefox) }
  async function trust(cookie?: string, account = ada): Promise<string> {
    const provedAt = epochSeconds(clock)
    const made = await devices.trust({ ...presented, account, cookie, provedAt, by })
    assert.ok(made)
    return made
  }
  const isTrusted = (cookie: string | undefined, other = {}) =>
    devices.isTrusted({ ...presented, cookie, ...other })
  return { clock, audit, store, tenantDays, devices, trust, isTrusted, presented }
}

describe('trusted devices', () => {
  it('are trusted for their account, and kept as a hash only', async () => {
    const { trust, isTrusted, store, audit } = open()
    const cookie = await trust()
    assert.match(cookie, /^[\w-]{43}$/)
    assert.equal(await isTrusted(cookie), true)
    const [kept] = await store.list(ada)
    assert.equal(kept?.tokenHash, sha256(cookie))
    assert.ok(!JSON.stringify(kept).includes(cookie))
    assert.deepEqual(
      audit.events.map(({ type, accountId, detail }) => [type, accountId, detail]),
      [['factor.device_trusted', ada.id, { days: 30 }]],
    )
  })

  it('are nothing for another account, another tenant, another browser, or a changed token', async () => {
    const { trust, isTrusted } = open()
    const cookie = await trust()
    const other = { ...tenant, id: brandId<TenantId>('other') }
    assert.equal(await isTrusted(cookie, { account: eve }), false)
    assert.equal(await isTrusted(cookie, { tenant: other }), false)
    assert.equal(
      await isTrusted(cookie, { tenant: other, account: { ...ada, tenantId: other.id } }),
      false,
    )
    assert.equal(await isTrusted(cookie, { visitor: visitorOf(chrome) }), false)
    const tampered = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`
    for (const value of [tampered, sha256(cookie), '', '.', `${cookie}x`, undefined])
      assert.equal(await isTrusted(value), false, value)
    assert.equal(await isTrusted(cookie), true)
  })

  it('are trusted no longer once everything of the account ended, or it is paused (Q17)', async () => {
    const { trust, isTrusted, devices, clock } = open()
    const cookie = await trust()
    const ended = { ...ada, endedAt: new Date(clock.now()) }
    assert.equal(await isTrusted(cookie, { account: ended }), false)
    assert.deepEqual(await devices.list(tenant, ended), [])
    const before = { ...ada, endedAt: new Date(clock.now() - 1) }
    assert.equal(await isTrusted(cookie, { account: before }), true)
    for (const status of ['disabled', 'leaving', 'deleted'] as const)
      assert.equal(await isTrusted(cookie, { account: { ...ada, status } }), false)
  })

  it('owe their trust to a proof: one that ended meanwhile gives none (Q17)', async () => {
    const { clock, devices, presented, isTrusted } = open()
    const provedAt = epochSeconds(clock)
    clock.advance(5000)
    const ended = { ...ada, endedAt: new Date(clock.now()) }
    clock.advance(5000)
    const cookie = await devices.trust({ ...presented, cookie: undefined, provedAt, by })
    assert.equal(await isTrusted(cookie, { account: ended }), false)
  })

  it('are trusted as long as the tenant says, even if it says less now', async () => {
    const { trust, isTrusted, clock, tenantDays, devices, presented } = open()
    const cookie = await trust()
    clock.advance(30 * day - 1)
    assert.equal(await isTrusted(cookie), true)
    tenantDays.now = 7
    assert.equal(await isTrusted(cookie), false)
    assert.deepEqual(await devices.list(tenant, ada), [])
    tenantDays.now = 30
    clock.advance(1)
    assert.equal(await isTrusted(cookie), false)
    tenantDays.now = 0
    const provedAt = epochSeconds(clock)
    const none = await devices.trust({ ...presented, cookie: undefined, provedAt, by })
    assert.equal(none, undefined)
  })

  it('get a token nobody planted, and replace their own (Q65)', async () => {
    const { trust, isTrusted, store } = open()
    const planted = 'A'.repeat(43)
    const first = await trust(planted)
    assert.equal(first.split('.')[1], planted, 'kept: it may be another account’s')
    assert.equal(await isTrusted(planted), false)
    const second = await trust(first)
    assert.equal((await store.list(ada)).length, 1)
    assert.equal(await isTrusted(first.split('.')[0]), false)
    assert.equal(await isTrusted(second), true)
  })

  it('may be trusted for five accounts, the latest of them', async () => {
    const { trust, isTrusted } = open()
    const people = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
      ...exampleAccount(tenant.id, name),
      endedAt: undefined,
    }))
    let cookie: string | undefined
    for (const person of people) cookie = await trust(cookie, person)
    const known = await Promise.all(people.map((account) => isTrusted(cookie, { account })))
    assert.deepEqual(known, [false, true, true, true, true, true])
  })

  it('are touched once a minute at most', async () => {
    const { trust, isTrusted, store, clock } = open()
    const cookie = await trust()
    const trustedAt = clock.now()
    clock.advance(59_999)
    await isTrusted(cookie)
    assert.equal((await store.list(ada))[0]?.lastUsedAt.getTime(), trustedAt)
    clock.advance(1)
    await isTrusted(cookie)
    assert.equal((await store.list(ada))[0]?.lastUsedAt.getTime(), clock.now())
  })

  it('are removed one by one and all at once, on record (Q91)', async () => {
    const { trust, isTrusted, devices, store, audit } = open()
    const cookies = [await trust(), await trust(), await trust()]
    const [one] = await store.list(ada)
    assert.ok(one)
    assert.equal(await devices.remove(eve, one.id, by), 'unknown')
    assert.equal(await devices.remove(ada, one.id, by), 'removed')
    assert.equal(await devices.remove(ada, one.id, by), 'unknown')
    assert.equal(await devices.removeAll(ada, by), 2)
    assert.equal(await devices.removeAll(ada, by), 0)
    for (const cookie of cookies) assert.equal(await isTrusted(cookie), false)
    const removals = audit.events.filter(({ type }) => type === 'factor.trusted_device_removed')
    assert.equal(removals.length, 2)
  })
})
