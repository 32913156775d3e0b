import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Clock } from '#kit/clock.ts'
import { availableDatabases } from '#test/support/databases.ts'
import {
  openPasswordLogin,
  refused,
  right,
  tenant,
  tenantWith,
  wait,
  wrong,
} from '#test/support/password-login.ts'
import { hasRedis, openRedis } from '#test/support/servers.ts'
import type { Throttle } from '../login.ts'
import { createMemoryThrottle } from '../throttle/memory.ts'
import { createPostgresThrottle } from '../throttle/postgres.ts'
import { createRedisThrottle } from '../throttle/redis.ts'

type Home = AsyncDisposable & { readonly throttleOf: (clock: Clock) => Throttle }

const homes: readonly { readonly name: string; readonly open: () => Promise<Home> }[] = [
  {
    name: 'memory',
    open: async () => ({
      throttleOf: (clock) => createMemoryThrottle({ clock }),
      [Symbol.asyncDispose]: async () => undefined,
    }),
  },
  ...availableDatabases().map(({ name, open }) => ({
    name,
    async open() {
      const database = await open()
      return {
        throttleOf: (clock: Clock) => createPostgresThrottle({ database, clock }),
        [Symbol.asyncDispose]: () => database.close(),
      }
    },
  })),
]

const redisHome = {
  name: 'redis',
  async open() {
    const { redis, [Symbol.asyncDispose]: dispose } = await openRedis()
    return {
      throttleOf: (clock: Clock) => createRedisThrottle({ redis, clock }),
      [Symbol.asyncDispose]: dispose,
    }
  },
}

for (const { name, open } of hasRedis() ? [...homes, redisHome] : homes) {
  describe(`an attack, counted in ${name}`, () => {
    test('of 100 wrong passwords at once has 5 verified, for a person and for nobody (Q34)', async () => {
      await using home = await open()
      for (const email of ['ada@example.test', 'nobody@example.test']) {
        const { attempt, hasher } = await openPasswordLogin(home.throttleOf)
        const tries = Array.from({ length: 100 }, () => attempt(wrong, { email }))
        const verdicts = await Promise.all(tries)
        assert.equal(hasher.verified.length, 5)
        assert.equal(verdicts.filter(({ kind }) => kind === 'refused').length, 5)
        for (const verdict of verdicts)
          if (verdict.kind !== 'refused') assert.ok(wait(verdict) >= 1)
      }
    })

    test('on one account leaves its known devices and a new password open (Q37, Q38)', async () => {
      await using home = await open()
      const world = await openPasswordLogin(home.throttleOf)
      const { attempt, devices, ada, login } = world
      await Promise.all(Array.from({ length: 50 }, () => attempt(wrong)))
      wait(await attempt(right))
      const deviceCookie = devices.issue(tenant.id, ada.id)
      const verdicts = await Promise.all([
        attempt(right, { deviceCookie }),
        ...Array.from({ length: 20 }, () => attempt(wrong)),
      ])
      assert.equal(verdicts[0].kind, 'proved')
      const change = { tenant, account: ada, password: 'quiet coffee pots', actor: { kind: 'cli' } }
      await login.setPassword(change as Parameters<typeof login.setPassword>[0])
      assert.equal((await attempt('quiet coffee pots')).kind, 'proved')
    })

    test('on everybody raises the alarm once, and locks nobody (Q38)', async () => {
      await using home = await open()
      const { attempt, alarms } = await openPasswordLogin(home.throttleOf)
      const small = tenantWith({ throttle_alarm_accounts: 10 })
      const verdicts = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          attempt(wrong, { tenant: small, email: `person-${n}@example.test` }),
        ),
      )
      for (const verdict of verdicts) assert.deepEqual(verdict, refused)
      assert.deepEqual(alarms, ['accounts'])
      assert.equal((await attempt(right, { tenant: small })).kind, 'proved')
    })
  })
}
