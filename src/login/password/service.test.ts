import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isVoid } from '#account/account.ts'
import { Unavailable } from '#kit/errors.ts'
import {
  actor,
  email,
  openPasswordLogin as setUp,
  refused,
  right,
  tenant,
  wrong,
} from '#test/support/password-login.ts'

describe('a password sign-in', () => {
  test('is proved by the right password, and audited', async () => {
    const { attempt, ada, clock, events } = await setUp()
    const verdict = await attempt(right, { ip: '192.0.2.7' })
    assert.deepEqual(verdict, {
      kind: 'proved',
      proof: { method: 'password', accountId: ada.id, amr: ['pwd'], at: clock.now() / 1000 },
    })
    const [event] = await events()
    assert.deepEqual(
      [event?.type, event?.outcome, event?.accountId, event?.ip, event?.userAgent],
      ['login.succeeded', 'success', ada.id, '192.0.2.7', 'Browser/1'],
    )
  })

  test('knows the address in every way of writing it (Q35)', async () => {
    const { attempt } = await setUp()
    assert.equal((await attempt(right, { email: 'ADA@Example.TEST' })).kind, 'proved')
  })

  test('takes a letter in any of its forms, and no other password (Q27)', async () => {
    const { attempt, register } = await setUp()
    await register('bob@example.test', 'caf\u00e9 de la gare')
    const bob = { email: 'bob@example.test' }
    assert.equal((await attempt('cafe\u0301 de la gare', bob)).kind, 'proved')
    assert.deepEqual(await attempt('cafe de la gare', bob), refused)
    assert.deepEqual(await attempt('caf\u00e9 de la gare ', bob), refused)
  })

  for (const password of ['', 'a'.repeat(257), 'a\0b', '\ud800']) {
    test(`${JSON.stringify(password).slice(0, 20)} is no password: not counted, not hashed (Q26)`, async () => {
      const { attempt, hasher } = await setUp()
      for (let n = 0; n < 10; n += 1) {
        assert.deepEqual(await attempt(password, { ip: '192.0.2.1' }), { kind: 'malformed' })
      }
      assert.deepEqual(hasher.verified, [])
      assert.equal((await attempt(right, { ip: '192.0.2.1' })).kind, 'proved')
    })
  }
})

test('a password that is replaced while it is looked at proves nothing (Q17, Q54)', async () => {
  const { attempt, accounts, ada, clock, hasher } = await setUp()
  const verify = hasher.verify.bind(hasher)
  hasher.verify = async (phc, password) => {
    clock.advance(2000) // it waited for a thread
    await accounts.end(tenant.id, ada.id, actor) // as a reset does
    clock.advance(2000)
    return verify(phc, password)
  }
  const verdict = await attempt(right)
  const ended = await accounts.find(tenant.id, ada.id)
  assert.ok(ended)
  assert.ok(verdict.kind !== 'proved' || isVoid(ended, verdict.proof.at))
})

describe('the same answer and the same work for everyone who may not in (Q73)', () => {
  type World = Awaited<ReturnType<typeof setUp>>
  const cases: readonly {
    name: string
    reason: string
    who?: string
    password: string
    prepare?: (world: World) => Promise<unknown>
  }[] = [
    { name: 'a wrong password', reason: 'wrong_password', password: wrong },
    { name: 'nobody', reason: 'unknown_account', who: 'eve@example.test', password: right },
    { name: 'no address at all', reason: 'unknown_account', who: 'a\0, b', password: right },
    {
      name: 'a disabled account',
      reason: 'account_disabled',
      password: right,
      prepare: ({ accounts, ada }) => accounts.setStatus(tenant.id, ada.id, 'disabled', actor),
    },
    {
      name: 'a deleted account',
      reason: 'account_deleted',
      password: right,
      prepare: ({ accounts, ada }) => accounts.setStatus(tenant.id, ada.id, 'deleted', actor),
    },
    {
      name: 'an account without a password',
      reason: 'no_password',
      who: 'bob@example.test',
      password: right,
      prepare: ({ register }) => register('bob@example.test'),
    },
    {
      name: 'a password that does not open (R24)',
      reason: 'no_password',
      password: right,
      prepare: ({ store, ada, clock }) =>
        store.put({
          tenantId: tenant.id,
          accountId: ada.id,
          sealedPhc: 'v1.broken',
          updatedAt: new Date(clock.now()),
        }),
    },
    {
      name: 'a password copied from another account (Q87)',
      reason: 'no_password',
      password: 'the password of bob',
      prepare: async ({ store, ada, register }) => {
        const bob = await register('bob@example.test', 'the password of bob')
        const stored = await store.find(tenant.id, bob.id)
        assert.ok(stored)
        await store.put({ ...stored, accountId: ada.id })
      },
    },
  ]
  for (const { name, reason, who = email, password, prepare } of cases) {
    test(`${name}: one lookup, one hash, refused; the reason is in the audit only`, async () => {
      const world = await setUp()
      await prepare?.(world)
      const lookups = countLookups(world)
      assert.deepEqual(await world.attempt(password, { email: who }), refused)
      const { verified, dummy } = world.hasher
      assert.deepEqual(verified, [reason === 'wrong_password' ? `$1$${right}` : dummy])
      assert.equal(lookups.count, 1)
      const [event] = await world.events()
      assert.deepEqual([event?.type, event?.detail?.['reason']], ['login.failed', reason])
    })

    test(`${name}: throttled after the same number of tries, without a hash (Q36)`, async () => {
      const world = await setUp()
      await prepare?.(world)
      const kinds: string[] = []
      for (let n = 0; n < 7; n += 1) {
        const verdict = await world.attempt(password, { email: who })
        kinds.push(verdict.kind)
      }
      assert.deepEqual(kinds, [...Array<string>(5).fill('refused'), 'throttled', 'throttled'])
      assert.equal(world.hasher.verified.length, 5)
    })
  }

  function countLookups({ store }: World) {
    const lookups = { count: 0 }
    const real = { ...store }
    store.find = (...place) => {
      lookups.count += 1
      return real.find(...place)
    }
    return lookups
  }

  test('what an unknown person typed is not written down', async () => {
    const { attempt, events, lines } = await setUp()
    await attempt(right, { email: 'my-secret-typed-in-the-wrong-field' })
    assert.doesNotMatch(JSON.stringify([await events(), lines]), /my-secret/)
  })
})

describe('a password of old parameters (Q30)', () => {
  test('is hashed again when it is next proved right, sealed in its place', async () => {
    const { attempt, hasher, store, ada, sealer } = await setUp()
    hasher.generation = 2
    assert.equal((await attempt(right)).kind, 'proved')
    const stored = await store.find(tenant.id, ada.id)
    const phc = sealer.open(stored?.sealedPhc ?? '', [tenant.id, 'passwords', ada.id])
    assert.equal(phc, `$2$${right}`)
    const { hashes } = hasher
    assert.equal((await attempt(right)).kind, 'proved')
    assert.equal(hasher.hashes, hashes)
  })

  test('is not hashed again for a wrong one', async () => {
    const { attempt, hasher } = await setUp()
    hasher.generation = 2
    const { hashes } = hasher
    await attempt(wrong)
    assert.equal(hasher.hashes, hashes)
  })

  test('does not overwrite one that was changed meanwhile', async () => {
    const { attempt, hasher, store, ada, login } = await setUp()
    hasher.generation = 2
    const real = { ...store }
    store.replace = async (...change) => {
      await login.setPassword({ tenant, account: ada, password: 'quiet coffee pots', actor })
      return real.replace(...change)
    }
    await attempt(right)
    assert.deepEqual(await attempt(right), refused)
    assert.equal((await attempt('quiet coffee pots')).kind, 'proved')
  })

  test('signs in although it could not be hashed again, and says so', async () => {
    const { attempt, hasher, lines } = await setUp()
    hasher.generation = 2
    hasher.hash = () => Promise.reject(new Unavailable('password'))
    assert.equal((await attempt(right)).kind, 'proved')
    assert.deepEqual(lines, ['a password was not hashed again; its next use will'])
  })
})

describe('an imported hash (Q32)', () => {
  const hash = '$2b$10$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'

  test('is refused with its reason, and what was there stays', async () => {
    const { login, ada, attempt } = await setUp()
    for (const weapon of [hash.replace('$10$', '$31$'), '$1$salt$abc', '', 'grumpy tea cups']) {
      const result = await login.importHash({ tenant, account: ada, hash: weapon, actor })
      assert.ok(result.outcome === 'refused')
      assert.notEqual(result.reason, '')
    }
    assert.equal((await attempt(right)).kind, 'proved')
  })

  test('is sealed in its place, and lifts the waits like a new password', async () => {
    const { login, ada, store, sealer, attempt, hasher } = await setUp()
    for (let n = 0; n < 6; n += 1) await attempt(wrong)
    await login.importHash({ tenant, account: ada, hash, actor })
    const stored = await store.find(tenant.id, ada.id)
    assert.equal(sealer.open(stored?.sealedPhc ?? '', [tenant.id, 'passwords', ada.id]), hash)
    assert.deepEqual(await attempt(wrong), refused)
    assert.equal(hasher.verified.at(-1), hash)
  })

  test('is counted before it is verified like any other (Q34)', async () => {
    const { login, ada, attempt, hasher } = await setUp()
    await login.importHash({ tenant, account: ada, hash, actor })
    await Promise.all(Array.from({ length: 100 }, () => attempt(wrong)))
    assert.equal(hasher.verified.length, 5)
  })

  test('does not come back over a password that was set meanwhile', async () => {
    const { attempt, store, ada, login, hasher } = await setUp()
    hasher.generation = 2
    const real = { ...store }
    store.replace = async (...change) => {
      await login.importHash({ tenant, account: ada, hash, actor })
      return real.replace(...change)
    }
    assert.equal((await attempt(right)).kind, 'proved')
    await attempt(wrong)
    assert.equal(hasher.verified.at(-1), hash)
  })
})

describe('setting a password', () => {
  test('is refused with its reason, and nothing is hashed (Q28)', async () => {
    const { login, ada, hasher } = await setUp()
    const { hashes } = hasher
    const choose = (password: string) =>
      login.setPassword({ tenant, account: ada, password, actor })
    for (const [password, reason] of [
      ['grumpy tea', 'too_short'],
      ['everybody has this', 'common'],
      ['ada@example.test!', 'context'],
      ['x'.repeat(257), 'too_long'],
      ['grumpy tea cups\0', 'malformed'],
    ] as const) {
      assert.deepEqual(await choose(password), { outcome: 'refused', reason })
    }
    assert.equal(hasher.hashes, hashes)
  })

  test('is refused when a service knows it from a breach, which no sign-in asks (Q28)', async () => {
    const { login, ada, asked, attempt, hasher } = await setUp()
    const { hashes } = hasher
    const input = { tenant, account: ada, password: 'leaked somewhere else', actor }
    assert.deepEqual(await login.setPassword(input), { outcome: 'refused', reason: 'breached' })
    assert.deepEqual(await login.prepare(input), { outcome: 'refused', reason: 'breached' })
    assert.equal(hasher.hashes, hashes)
    asked.length = 0
    await attempt(right)
    await attempt('leaked somewhere else')
    await login.setPassword({ ...input, password: 'everybody has this' })
    assert.deepEqual(asked, [], 'at a sign-in, or for what is refused anyway')
  })

  test('is sealed: the database holds nothing to guess against (Q31)', async () => {
    const { store, ada } = await setUp()
    const stored = await store.find(tenant.id, ada.id)
    assert.doesNotMatch(stored?.sealedPhc ?? '', /\$|grumpy/)
  })

  test('is audited, without the password (Q91)', async () => {
    const { ada, audit } = await setUp()
    const events = await audit.list(tenant.id, { limit: 10 })
    const [newest] = events
    assert.deepEqual(
      [newest?.type, newest?.accountId, newest?.actor],
      ['login.password_set', ada.id, actor],
    )
    assert.doesNotMatch(JSON.stringify(events), /grumpy/)
  })

  test('takes the length its tenant asks for (Q26)', async () => {
    const { login, ada } = await setUp()
    const settings = { ...tenant.settings, password_min_length: 8 }
    const change = { tenant: { ...tenant, settings }, account: ada, password: 'tea cups', actor }
    assert.deepEqual(await login.setPassword(change), { outcome: 'set' })
  })

  test('makes the old one wrong', async () => {
    const { login, ada, attempt } = await setUp()
    await login.setPassword({ tenant, account: ada, password: 'quiet coffee pots', actor })
    assert.deepEqual(await attempt(right), refused)
    assert.equal((await attempt('quiet coffee pots')).kind, 'proved')
  })

  test('changes nothing before it is kept', async () => {
    const { login, ada, attempt } = await setUp()
    const password = 'quiet coffee pots'
    const prepared = await login.prepare({ tenant, account: ada, password, actor })
    assert.ok(prepared.outcome === 'ready')
    assert.equal((await attempt(right)).kind, 'proved')
    await prepared.keep(undefined)
    assert.deepEqual(await attempt(right), refused)
    assert.equal((await attempt(password)).kind, 'proved')
  })

  test('removing it leaves none, and is audited once', async () => {
    const { login, ada, attempt, audit } = await setUp()
    const remove = () => login.removePassword({ account: ada, actor }, undefined)
    assert.deepEqual([await remove(), await remove()], [true, false])
    const events = await audit.list(tenant.id, { limit: 10 })
    assert.equal(events.filter(({ type }) => type === 'login.password_removed').length, 1)
    assert.deepEqual(await attempt(right), refused)
    assert.equal(await login.hasPassword(tenant.id, ada.id), false)
  })

  test('an account has one only when it was set', async () => {
    const { login, register } = await setUp()
    const bob = await register('bob@example.test')
    assert.equal(await login.hasPassword(tenant.id, bob.id), false)
  })
})
