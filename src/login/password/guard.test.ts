import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unavailable } from '#kit/errors.ts'
import {
  actor,
  openPasswordLogin as setUp,
  refused,
  right,
  tenant,
  tenantWith,
  wait,
  wrong,
} from '#test/support/password-login.ts'

describe('guessing at one account (Q36)', () => {
  test('has five tries, then waits 1, 2, 4 … seconds', async () => {
    const { attempt, clock } = await setUp()
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await attempt(wrong), refused)
    for (const seconds of [1, 2, 4, 8]) {
      assert.equal(wait(await attempt(right)), seconds)
      clock.advance(seconds * 1000)
      assert.deepEqual(await attempt(wrong), refused)
    }
    assert.equal(wait(await attempt(right)), 16)
  })

  test('never waits longer than a quarter of an hour, and the right password ends it', async () => {
    const { attempt, clock } = await setUp()
    for (let n = 0; n < 30; n += 1) {
      await attempt(wrong)
      clock.advance(900_000)
    }
    assert.equal((await attempt(right)).kind, 'proved')
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await attempt(wrong), refused)
  })

  test('gains nothing by asking in parallel (Keycloak #31726)', async () => {
    const { attempt, hasher } = await setUp()
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => attempt(wrong)))
    assert.equal(verdicts.filter(({ kind }) => kind === 'refused').length, 5)
    assert.equal(hasher.verified.length, 5)
  })

  test('gains nothing by writing the address in other ways (CVE-2025-24806)', async () => {
    const { attempt } = await setUp()
    for (const who of ['ada@example.test', 'ADA@example.test', 'Ada@EXAMPLE.test']) {
      await attempt(wrong, { email: who })
      await attempt(wrong, { email: who })
    }
    wait(await attempt(wrong))
    for (const who of ['eve@example.test', 'EVE@example.test', 'Eve@EXAMPLE.test']) {
      await attempt(wrong, { email: who })
      await attempt(wrong, { email: who })
    }
    wait(await attempt(wrong, { email: 'eve@Example.test' }))
  })

  test('after a hundred in a row opens nothing, until the password is set anew', async () => {
    const { attempt, clock, login, ada } = await setUp()
    for (let n = 0; n < 100; n += 1) {
      assert.deepEqual(await attempt(wrong), refused)
      clock.advance(900_000)
    }
    clock.advance(30 * 86_400_000)
    const verdict = await attempt(right)
    assert.ok(wait(verdict) > 300 * 86_400)
    assert.partialDeepStrictEqual(verdict, { isLocked: true })
    assert.partialDeepStrictEqual(await attempt(right), { isLocked: true })
    await login.setPassword({ tenant, account: ada, password: 'quiet coffee pots', actor })
    assert.equal((await attempt('quiet coffee pots')).kind, 'proved')
  })

  test('is over when the password is set anew', async () => {
    const { attempt, login, ada } = await setUp()
    for (let n = 0; n < 5; n += 1) await attempt(wrong)
    wait(await attempt(right))
    await login.setPassword({ tenant, account: ada, password: 'quiet coffee pots', actor })
    assert.equal((await attempt('quiet coffee pots')).kind, 'proved')
  })

  test('is over when the limits are lifted, as after a reset in a transaction', async () => {
    const { attempt, login, ada } = await setUp()
    for (let n = 0; n < 5; n += 1) await attempt(wrong)
    wait(await attempt(right))
    await login.liftLimits(tenant.id, ada.id)
    assert.equal((await attempt(right)).kind, 'proved')
  })

  test('a busy server counts nothing and hashes nothing (R14)', async () => {
    const { attempt, hasher } = await setUp()
    hasher.full = true
    for (let n = 0; n < 10; n += 1) await assert.rejects(attempt(wrong), Unavailable)
    assert.deepEqual(hasher.verified, [])
    hasher.full = false
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await attempt(wrong), refused)
  })

  test('a try that could not be verified is given back', async () => {
    const { attempt, hasher } = await setUp()
    hasher.failing = new Unavailable('password')
    for (let n = 0; n < 10; n += 1) {
      await assert.rejects(attempt(wrong, { ip: '192.0.2.1' }), Unavailable)
    }
    hasher.failing = undefined
    for (let n = 0; n < 5; n += 1) {
      assert.deepEqual(await attempt(wrong, { ip: '192.0.2.1' }), refused)
    }
    wait(await attempt(wrong, { ip: '192.0.2.1' }))
  })
})

describe('the settings of a tenant', () => {
  test('say how many tries an account has, and how long the longest wait is (Q36)', async () => {
    const { attempt, clock } = await setUp()
    const strict = tenantWith({ throttle_account_tries: 3, throttle_account_wait: 60 })
    for (let n = 0; n < 3; n += 1)
      assert.deepEqual(await attempt(wrong, { tenant: strict }), refused)
    wait(await attempt(wrong, { tenant: strict }))
    for (let n = 0; n < 10; n += 1) {
      clock.advance(60_000)
      assert.deepEqual(await attempt(wrong, { tenant: strict }), refused)
    }
    assert.equal(wait(await attempt(right, { tenant: strict })), 60)
  })

  test('say when a password is good for known devices only', async () => {
    const { attempt, clock, devices, ada } = await setUp()
    const strict = tenantWith({ throttle_account_failures: 20 })
    for (let n = 0; n < 20; n += 1) {
      assert.deepEqual(await attempt(wrong, { tenant: strict }), refused)
      clock.advance(900_000)
    }
    assert.partialDeepStrictEqual(await attempt(right, { tenant: strict }), { isLocked: true })
    const deviceCookie = devices.issue(tenant.id, ada.id)
    assert.equal((await attempt(right, { tenant: strict, deviceCookie })).kind, 'proved')
  })

  test('say how many tries a known device has, and its wait (Q37)', async () => {
    const { attempt, devices, ada } = await setUp()
    const strict = tenantWith({ throttle_device_tries: 5, throttle_device_wait: 60 })
    const known = { tenant: strict, deviceCookie: devices.issue(tenant.id, ada.id) }
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await attempt(wrong, known), refused)
    assert.equal(wait(await attempt(right, known)), 60)
  })

  test('say how much one address may try, and on how many accounts (Q38)', async () => {
    const { attempt, limited } = await setUp()
    const large = tenantWith({ throttle_address_tries: 60, throttle_address_accounts: 20 })
    const from = (n: number) => ({ tenant: large, ip: '192.0.2.1', email: `p${n}@example.test` })
    for (let n = 0; n < 60; n += 1) assert.deepEqual(await attempt(wrong, from(n % 12)), refused)
    wait(await attempt(wrong, from(0)))
    assert.deepEqual(limited, ['password.address'])
  })

  test('hold at once, also for who waits already', async () => {
    const { attempt, clock } = await setUp()
    for (let n = 0; n < 6; n += 1) await attempt(wrong)
    const patient = tenantWith({ throttle_account_tries: 10 })
    clock.advance(1000)
    for (let n = 0; n < 4; n += 1) {
      assert.deepEqual(await attempt(wrong, { tenant: patient }), refused)
    }
  })
})

describe('a known device (Q37)', () => {
  async function lockedOut() {
    const world = await setUp()
    for (let n = 0; n < 6; n += 1) await world.attempt(wrong)
    const deviceCookie = world.devices.issue(tenant.id, world.ada.id)
    return { ...world, deviceCookie }
  }

  test('is not locked out by guesses from elsewhere', async () => {
    const { attempt, deviceCookie } = await lockedOut()
    wait(await attempt(right))
    assert.equal((await attempt(right, { deviceCookie })).kind, 'proved')
  })

  test('is not locked out by others behind the same address (Q38)', async () => {
    const { attempt, deviceCookie } = await lockedOut()
    for (let n = 0; n < 40; n += 1) {
      await attempt(wrong, { ip: '192.0.2.1', email: `person-${n}@example.test` })
    }
    assert.equal((await attempt(right, { ip: '192.0.2.1', deviceCookie })).kind, 'proved')
  })

  test('does not open the account to other devices by signing in', async () => {
    const { attempt, deviceCookie } = await lockedOut()
    await attempt(right, { deviceCookie })
    wait(await attempt(right))
  })

  test('has ten tries in a quarter of an hour', async () => {
    const { attempt, deviceCookie, clock } = await lockedOut()
    for (let n = 0; n < 10; n += 1)
      assert.deepEqual(await attempt(wrong, { deviceCookie }), refused)
    assert.equal(wait(await attempt(right, { deviceCookie })), 900)
    clock.advance(900_000)
    assert.equal((await attempt(right, { deviceCookie })).kind, 'proved')
  })

  test('has its tries for itself', async () => {
    const { attempt, deviceCookie, devices, ada } = await lockedOut()
    for (let n = 0; n < 11; n += 1) await attempt(wrong, { deviceCookie })
    wait(await attempt(right, { deviceCookie }))
    const another = devices.issue(tenant.id, ada.id)
    assert.equal((await attempt(right, { deviceCookie: another })).kind, 'proved')
  })

  test('of another account, or a forged one, is no known device', async () => {
    const { attempt, devices, register } = await lockedOut()
    const bob = await register('bob@example.test', 'the password of bob')
    wait(await attempt(right, { deviceCookie: devices.issue(tenant.id, bob.id) }))
    wait(await attempt(right, { deviceCookie: `${'A'.repeat(22)}.${'A'.repeat(43)}` }))
  })
})

describe('one address (Q38)', () => {
  const ip = '192.0.2.1'
  const person = (n: number) => ({ ip, email: `person-${n}@example.test` })

  test('tries at most ten accounts in ten minutes, then one a minute', async () => {
    const { attempt, clock, limited } = await setUp()
    for (let n = 0; n < 10; n += 1) assert.deepEqual(await attempt(wrong, person(n)), refused)
    assert.equal(wait(await attempt(wrong, person(10))), 60)
    assert.deepEqual(limited, ['password.spray'])
    clock.advance(60_000)
    assert.deepEqual(await attempt(wrong, person(10)), refused)
    assert.equal(wait(await attempt(wrong, person(11))), 60)
    clock.advance(600_000)
    assert.deepEqual(await attempt(wrong, person(11)), refused)
  })

  test('tries no more accounts by trying them in parallel', async () => {
    const { attempt, hasher } = await setUp()
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => attempt(wrong, person(Math.floor(n / 2)))),
    )
    const { length } = hasher.verified
    assert.ok(length <= 20, `${length} verified`)
  })

  test('is charged once for an account it tries again', async () => {
    const { attempt } = await setUp()
    for (let n = 0; n < 4; n += 1) {
      for (let m = 0; m < 5; m += 1) assert.deepEqual(await attempt(wrong, person(n)), refused)
    }
    for (let n = 4; n < 10; n += 1) assert.deepEqual(await attempt(wrong, person(n)), refused)
  })

  test('has thirty wrong tries in ten minutes, then one every 20 seconds', async () => {
    const { attempt, limited } = await setUp()
    for (let n = 0; n < 30; n += 1) {
      assert.deepEqual(await attempt(wrong, person(Math.floor(n / 5))), refused)
    }
    assert.equal(wait(await attempt(wrong, person(6))), 20)
    assert.deepEqual(limited, ['password.address'])
  })

  test('is an IPv6 network, not one of its 2^64 hosts', async () => {
    const { attempt } = await setUp()
    for (let n = 0; n < 10; n += 1) await attempt(wrong, { ...person(n), ip: `2001:db8::${n + 1}` })
    wait(await attempt(wrong, { ...person(10), ip: '2001:db8::ffff' }))
    assert.deepEqual(await attempt(wrong, { ...person(10), ip: '2001:db8:0:1::1' }), refused)
  })

  test('is not charged for people who sign in: an office at nine', async () => {
    const { attempt, register } = await setUp()
    for (let n = 0; n < 40; n += 1) await register(person(n).email, right)
    for (let n = 0; n < 40; n += 1) assert.equal((await attempt(right, person(n))).kind, 'proved')
  })

  test('does not use up the tries of the accounts it floods', async () => {
    const { attempt } = await setUp()
    for (let n = 0; n < 10; n += 1) await attempt(wrong, person(n))
    for (let n = 0; n < 20; n += 1) wait(await attempt(wrong, { ip }))
    assert.equal((await attempt(right)).kind, 'proved')
  })
})
