import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditActor } from '#audit/audit.ts'
import { createMemoryAudit } from '#audit/memory.ts'
import { Unavailable } from '#kit/errors.ts'
import { brandId, type AccountId, type TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import type { Account, AccountStore, CreateAccount } from './account.ts'
import { accountClaims } from './claims.ts'
import { createMemoryAccountStore } from './memory.ts'
import { createAccounts } from './service.ts'
import { exampleAccount } from './store.contract.ts'

const tenantId = brandId<TenantId>('main')
const actor: AuditActor = { kind: 'cli' }
const nobody = brandId<AccountId>('nobody')

const input: CreateAccount = {
  tenantId,
  email: 'Ada@Example.test',
  emailVerified: false,
  profile: { name: 'Ada' },
  actor,
}

function setUp(wrap = (store: AccountStore) => store) {
  const clock = createFakeClock()
  const audit = createMemoryAudit({ clock })
  const ended: string[] = []
  const engine = { down: false }
  const accounts = createAccounts({
    store: wrap(createMemoryAccountStore()),
    clock,
    audit,
    ender: {
      async endAccount(_, accountId) {
        if (engine.down) throw new Error('connection reset')
        ended.push(accountId)
      },
    },
    transactor: { transaction: (work) => work(undefined) },
  })
  const events = async () => {
    const list = await audit.list(tenantId, { limit: 100 })
    return list.map(({ type }) => type).toReversed()
  }
  async function createAda(): Promise<Account> {
    const result = await accounts.create(input)
    assert.equal(result.outcome, 'created')
    assert.ok(result.outcome === 'created')
    return result.account
  }
  return { clock, audit, accounts, ended, engine, events, createAda }
}

describe('creating an account', () => {
  test('keeps the address as written and finds it however it is written (Q35, Q58)', async () => {
    const { accounts, createAda } = setUp()
    const ada = await createAda()
    assert.equal(ada.email, 'Ada@Example.test')
    assert.equal(ada.emailCanonical, 'ada@example.test')
    for (const email of ['ada@example.test', 'ADA@EXAMPLE.TEST', 'ada@example.test ']) {
      assert.deepEqual(await accounts.findByEmail(tenantId, email), ada)
    }
  })

  test('refuses an address that is taken, in any case', async () => {
    const { accounts, createAda, events } = setUp()
    await createAda()
    const again = await accounts.create({ ...input, email: 'ADA@example.test' })
    assert.deepEqual(again, { outcome: 'email_taken' })
    assert.deepEqual(await events(), ['account.created'])
  })

  for (const email of [
    'ada',
    '',
    '"ada"@example.test',
    'ada@example.test,eve@evil.test',
    'mıke@example.test',
    'ａda@example.test',
    'ada\n@example.test',
  ]) {
    test(`refuses the address ${JSON.stringify(email)} (Q58)`, async () => {
      const { accounts, events } = setUp()
      assert.deepEqual(await accounts.create({ ...input, email }), { outcome: 'email_invalid' })
      assert.deepEqual(await events(), [])
    })
  }

  test('gives every account another id (Q20)', async () => {
    const { accounts, createAda } = setUp()
    const ada = await createAda()
    const bob = await accounts.create({ ...input, email: 'bob@example.test' })
    assert.ok(bob.outcome === 'created')
    assert.notEqual(bob.account.id, ada.id)
  })

  test('an address that cannot be one is not looked up', async () => {
    const { accounts } = setUp()
    assert.equal(await accounts.findByEmail(tenantId, 'ada\u0000@example.test'), undefined)
  })
})

describe('updating an account', () => {
  test('changes profile, roles, groups and email_verified, and says so', async () => {
    const { clock, accounts, createAda, events } = setUp()
    const ada = await createAda()
    clock.advance(5000)
    const wanted = { profile: { name: 'Countess' }, roles: ['a'], groups: ['b'] }
    await accounts.update({ ...ada, ...wanted, emailVerified: true }, actor)
    const found = await accounts.find(tenantId, ada.id)
    const updatedAt = new Date(clock.now())
    assert.deepEqual(found, { ...ada, ...wanted, emailVerified: true, updatedAt })
    assert.deepEqual(await events(), ['account.created', 'account.updated'])
  })

  test('never brings an old status back: a disabled account stays disabled (Q18)', async () => {
    const { accounts, createAda } = setUp()
    const readEarlier = await createAda()
    await accounts.setStatus(tenantId, readEarlier.id, 'disabled', actor)
    await accounts.update({ ...readEarlier, roles: ['admin'] }, actor)
    assert.equal((await accounts.find(tenantId, readEarlier.id))?.status, 'disabled')
  })

  test('of nobody changes nothing and tells nothing', async () => {
    const { accounts, events } = setUp()
    await accounts.update(exampleAccount(tenantId), actor)
    assert.deepEqual(await events(), [])
  })
})

describe('the status of an account', () => {
  for (const status of ['disabled', 'deleted'] as const) {
    test(`${status}: is seen at once, ends everything, is audited (Q17, Q18)`, async () => {
      const { accounts, createAda, ended, events } = setUp()
      const ada = await createAda()
      assert.deepEqual(await accounts.findActive(tenantId, ada.id), ada)
      assert.equal(await accounts.setStatus(tenantId, ada.id, status, actor), true)
      assert.equal(await accounts.findActive(tenantId, ada.id), undefined)
      assert.deepEqual(ended, [ada.id])
      assert.deepEqual(await events(), ['account.created', `account.${status}`])
    })
  }

  test('when the engine cannot end the artifacts the call fails, and calling again finishes (Q17)', async () => {
    const { accounts, createAda, ended, engine, events } = setUp()
    const ada = await createAda()
    engine.down = true
    await assert.rejects(accounts.setStatus(tenantId, ada.id, 'disabled', actor), Unavailable)
    assert.equal(await accounts.findActive(tenantId, ada.id), undefined)
    engine.down = false
    assert.equal(await accounts.setStatus(tenantId, ada.id, 'disabled', actor), true)
    assert.deepEqual(ended, [ada.id])
    assert.deepEqual(await events(), ['account.created', 'account.disabled'])
  })

  test('enabling lets the account in again and ends nothing', async () => {
    const { accounts, createAda, ended } = setUp()
    const ada = await createAda()
    await accounts.setStatus(tenantId, ada.id, 'disabled', actor)
    await accounts.setStatus(tenantId, ada.id, 'active', actor)
    assert.equal((await accounts.findActive(tenantId, ada.id))?.id, ada.id)
    assert.equal(ended.length, 1)
  })

  test('deleted is for ever (Q20)', async () => {
    const { accounts, createAda, events } = setUp()
    const ada = await createAda()
    await accounts.setStatus(tenantId, ada.id, 'deleted', actor)
    assert.equal(await accounts.setStatus(tenantId, ada.id, 'active', actor), false)
    assert.equal((await accounts.find(tenantId, ada.id))?.status, 'deleted')
    assert.deepEqual(await events(), ['account.created', 'account.deleted'])
  })

  test('of nobody, or of an account in another tenant, is nothing to change', async () => {
    const { accounts, createAda, ended } = setUp()
    const ada = await createAda()
    const other = brandId<TenantId>('other')
    assert.equal(await accounts.setStatus(tenantId, nobody, 'disabled', actor), false)
    assert.equal(await accounts.setStatus(other, ada.id, 'disabled', actor), false)
    assert.deepEqual(ended, [])
  })

  test('a change made by another process is seen after a second', async () => {
    const shared = createMemoryAccountStore()
    const here = setUp(() => shared)
    const there = setUp(() => shared)
    const ada = await here.createAda()
    await here.accounts.findActive(tenantId, ada.id)
    await there.accounts.setStatus(tenantId, ada.id, 'disabled', actor)
    here.clock.advance(1000)
    assert.equal(await here.accounts.findActive(tenantId, ada.id), undefined)
  })

  test('reads an account that many ask for at once only one time', async () => {
    let reads = 0
    const { accounts, createAda } = setUp((store) => ({
      ...store,
      find: (...place) => {
        reads += 1
        return store.find(...place)
      },
    }))
    const ada = await createAda()
    await Promise.all(Array.from({ length: 20 }, () => accounts.findActive(tenantId, ada.id)))
    assert.equal(reads, 1)
  })
})

describe('holding an account', () => {
  test('gives what the work gives, and nothing where there is no account', async () => {
    const { accounts, createAda } = setUp()
    const ada = await createAda()
    assert.equal(
      await accounts.hold(tenantId, ada.id, async ({ account }) => account.email),
      ada.email,
    )
    assert.equal(await accounts.hold(tenantId, nobody, async () => 'worked'), undefined)
  })

  test('saves a new address; one that is taken changes nothing', async () => {
    const { accounts, createAda } = setUp()
    const ada = await createAda()
    await accounts.create({ ...input, email: 'grace@example.test' })
    const move = (email: string) =>
      accounts.hold(tenantId, ada.id, ({ save }) => save({ email, emailCanonical: email }))
    assert.equal(await move('grace@example.test'), false)
    assert.equal((await accounts.find(tenantId, ada.id))?.email, ada.email)
    assert.equal(await move('ada@new.test'), true)
    assert.equal((await accounts.findActive(tenantId, ada.id))?.email, 'ada@new.test')
  })

  test('an end voids every proof and then ends the artifacts, once (Q17)', async () => {
    const { accounts, clock, createAda, ended, events } = setUp()
    const ada = await createAda()
    await accounts.hold(tenantId, ada.id, async ({ end, save }) => {
      await end(actor)
      await save({ emailVerified: true })
      assert.deepEqual(ended, [])
    })
    const after = await accounts.find(tenantId, ada.id)
    assert.deepEqual([after?.endedAt?.getTime(), after?.emailVerified], [clock.now(), true])
    assert.deepEqual(ended, [ada.id])
    assert.equal((await events()).at(-1), 'account.sessions_ended')
  })

  test('without an end, nothing ends', async () => {
    const { accounts, createAda, ended } = setUp()
    const ada = await createAda()
    await accounts.hold(tenantId, ada.id, ({ save }) => save({ emailVerified: true }))
    assert.deepEqual(ended, [])
  })

  test('work that fails ends nothing', async () => {
    const { accounts, createAda, ended } = setUp()
    const ada = await createAda()
    const work = accounts.hold(tenantId, ada.id, async ({ end }) => {
      await end(actor)
      throw new Error('the disk is full')
    })
    await assert.rejects(work, /disk/)
    assert.deepEqual(ended, [])
  })
})

describe('claims (OIDC Core §5.1)', () => {
  const ada = { ...exampleAccount(tenantId), groups: ['staff'], roles: ['admin'] }

  test('are those of the account, in their own types', () => {
    const claims = accountClaims(ada)
    assert.deepEqual(JSON.parse(JSON.stringify(claims)), {
      sub: 'id-of-ada',
      name: 'Ada "the first" Lovelace',
      preferred_username: 'ADA@example.test',
      locale: 'en',
      updated_at: 1893542400,
      email: 'ADA@example.test',
      email_verified: true,
      groups: ['staff'],
      roles: ['admin'],
    })
  })

  test('prefer the user name the person chose', () => {
    const profile = { preferred_username: 'countess' }
    assert.equal(accountClaims({ ...ada, profile }).preferred_username, 'countess')
  })

  test('say of an unverified address that it is not verified', () => {
    assert.equal(accountClaims({ ...ada, emailVerified: false }).email_verified, false)
  })

  test('give groups and roles as arrays when there are none', () => {
    const { groups, roles } = accountClaims({ ...ada, groups: [], roles: [] })
    assert.deepEqual([groups, roles], [[], []])
  })
})
