import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  openPasswordLogin as setUp,
  refused,
  right,
  tenant,
  tenantWith,
  wait,
  wrong,
} from '#test/support/password-login.ts'

const small = tenantWith({ throttle_alarm_accounts: 20 })
const person = (n: number) => ({ tenant: small, email: `person-${n}@example.test` })
const sentence = 'wrong passwords are tried on many accounts'

type World = Awaited<ReturnType<typeof setUp>>

async function alarmsIn({ audit, alarms, lines }: World) {
  const events = await audit.list(tenant.id, { limit: 1000 })
  const suspected = events.filter(({ type }) => type === 'login.spraying_suspected')
  const told = lines.filter((line) => line === sentence).length
  assert.deepEqual([suspected.length, told], [alarms.length, alarms.length])
  return { alarms, details: suspected.map(({ detail }) => detail) }
}

describe('a password tried on everybody (Q38)', () => {
  test('from an address each raises the alarm, once in ten minutes, and locks nobody', async () => {
    const world = await setUp()
    for (let n = 0; n < 20; n += 1) assert.deepEqual(await world.attempt(wrong, person(n)), refused)
    assert.deepEqual((await alarmsIn(world)).alarms, [])
    for (let n = 20; n < 80; n += 1) {
      assert.deepEqual(await world.attempt(wrong, person(n)), refused)
    }
    assert.deepEqual(await alarmsIn(world), {
      alarms: ['accounts'],
      details: [{ from: 'accounts', more_than: 20, seconds: 600 }],
    })
    assert.equal((await world.attempt(right, { tenant: small })).kind, 'proved')

    world.clock.advance(600_000)
    for (let n = 0; n < 30; n += 1) await world.attempt(wrong, person(n))
    assert.deepEqual((await alarmsIn(world)).alarms, ['accounts', 'accounts'])
  })

  test('at once raises it once', async () => {
    const world = await setUp()
    await Promise.all(Array.from({ length: 60 }, (_, n) => world.attempt(wrong, person(n))))
    assert.deepEqual((await alarmsIn(world)).alarms, ['accounts'])
  })

  test('from one address is throttled there, and raises it as well', async () => {
    const world = await setUp()
    const ip = '192.0.2.1'
    for (let n = 0; n < 10; n += 1) await world.attempt(wrong, { ...person(n), ip })
    assert.deepEqual((await alarmsIn(world)).alarms, [])
    for (let n = 10; n < 15; n += 1) wait(await world.attempt(wrong, { ...person(n), ip }))
    assert.deepEqual(await alarmsIn(world), {
      alarms: ['address'],
      details: [{ from: 'address', more_than: 10, seconds: 600 }],
    })
    assert.equal((await world.attempt(right, { tenant: small })).kind, 'proved')
  })

  test('is told apart from one person who mistypes, a known device, and people who sign in', async () => {
    const world = await setUp()
    const deviceCookie = world.devices.issue(tenant.id, world.ada.id)
    for (let n = 0; n < 25; n += 1) {
      await world.attempt(wrong, { tenant: small, email: 'eve@example.test' })
      await world.attempt(wrong, { tenant: small, deviceCookie })
      world.clock.advance(1000)
    }
    for (let n = 0; n < 40; n += 1) await world.register(person(n).email, right)
    for (let n = 0; n < 40; n += 1) {
      assert.equal((await world.attempt(right, person(n))).kind, 'proved')
    }
    assert.deepEqual((await alarmsIn(world)).alarms, [])
  })

  test('is told apart from a few typing errors every ten minutes, for ever', async () => {
    const world = await setUp()
    for (let n = 0; n < 200; n += 1) {
      await world.attempt(wrong, person(n))
      world.clock.advance(60_000)
    }
    assert.deepEqual((await alarmsIn(world)).alarms, [])
  })

  test('of another tenant says nothing about this one', async () => {
    const world = await setUp()
    const elsewhere = { ...small, id: 'other' as typeof small.id }
    for (let n = 0; n < 15; n += 1) {
      await world.attempt(wrong, person(n))
      await world.attempt(wrong, { ...person(n), tenant: elsewhere })
    }
    assert.deepEqual((await alarmsIn(world)).alarms, [])
  })

  test('raises it without failing the sign-in it was noticed in', async () => {
    const world = await setUp()
    const append = world.audit.append
    world.audit.append = (event, within) =>
      event.type === 'login.spraying_suspected'
        ? Promise.reject(new Error('the disk is full'))
        : append(event, within)
    for (let n = 0; n < 30; n += 1) assert.deepEqual(await world.attempt(wrong, person(n)), refused)
    assert.ok(world.lines.includes('the alarm about sprayed passwords failed'))
  })
})
