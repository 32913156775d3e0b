import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVoid } from '#account/account.ts'
import { createPostgresAccountStore } from '#account/postgres.ts'
import { epochSeconds } from '#kit/clock.ts'
import { isSteppedUp } from '#session/session.ts'
import { addConnection, addTenant, availableDatabases } from '#test/support/databases.ts'
import { acme, google, noRules, openIdentities, requester } from '#test/support/identities.ts'
import { actor, tenant } from '#test/support/password-login.ts'
import { createPostgresIdentityStore } from './postgres.ts'

const owning = (isEnforced = false) => ({
  ...noRules,
  domains: [{ name: 'example.test', isEnforced }],
})

describe('somebody who is unknown', () => {
  it('is made an account without a password, with the address that was verified', async () => {
    const { admitted, accounts, audit, measured } = await openIdentities()
    const { proof, isNew } = await admitted()
    const account = await accounts.find(tenant.id, proof.accountId)
    assert.ok(isNew)
    assert.deepEqual(
      [account?.email, account?.emailVerified, account?.profile, account?.status],
      ['ada@example.test', true, { name: 'Ada Lovelace' }, 'active'],
    )
    assert.deepEqual(
      audit.events.map(({ type }) => type),
      ['account.created', 'federation.account_created', 'federation.signed_in'],
    )
    assert.deepEqual(measured, ['success'])
  })

  it('is known from then on by issuer and subject alone (Q60)', async () => {
    const { admitted, admit, store } = await openIdentities()
    const { proof } = await admitted()
    const again = await admitted({ email: 'countess@example.test' })
    assert.equal(again.proof.accountId, proof.accountId)
    assert.equal(again.isNew, false)
    const elsewhere = await admit({ issuer: 'https://accounts.google.com.evil.test' })
    assert.deepEqual(elsewhere, { kind: 'refused', reason: 'identity_taken' })
    const kept = await store.list(tenant.id, proof.accountId)
    assert.equal(kept[0]?.email, 'ada@example.test', 'as it was when it was linked')
  })

  it('is refused with what no store could keep, and without an address mail can be sent to', async () => {
    const { admit } = await openIdentities()
    for (const subject of ['', 'a\0b', 's'.repeat(4000)])
      assert.deepEqual(await admit({ subject }), { kind: 'refused', reason: 'no_account' })
    for (const email of [
      undefined,
      'no address',
      'ada@example.test, eve@evil.test',
      'ａda@example.test',
    ])
      assert.deepEqual(await admit({ email }), { kind: 'refused', reason: 'email_required' })
  })

  it('is not known through a connection that is off', async () => {
    const { admitted, admit } = await openIdentities()
    await admitted()
    for (const status of ['disabled', 'draft'] as const)
      assert.deepEqual(await admit({}, { ...google, status }), {
        kind: 'refused',
        reason: 'no_account',
      })
  })
})

for (const kind of availableDatabases())
  describe(`twenty tabs of one person who is unknown, on ${kind.name}`, () => {
    it('make one account with one identity', async () => {
      await using database = await kind.open()
      await addTenant(database, tenant.id)
      await addConnection(database, tenant.id, google.id)
      const { admit } = await openIdentities({
        accountStore: createPostgresAccountStore({ database }),
        store: createPostgresIdentityStore({ database }),
        transactor: database,
      })
      const all = await Promise.all(Array.from({ length: 20 }, () => admit()))
      const ids = all.map((one) => (one.kind === 'admitted' ? one.proof.accountId : one.kind))
      assert.equal(new Set(ids).size, 1, ids.join())
      assert.equal(all.filter((one) => one.kind === 'admitted' && one.isNew).length, 1)
      assert.equal((await database.knex('accounts')).length, 1)
      assert.equal((await database.knex('identities')).length, 1)
    })
  })

describe('somebody whose identity is known', () => {
  it('is refused while the account may not sign in, and enabled by nothing (Q18)', async () => {
    const { admitted, admit, accounts } = await openIdentities()
    const { accountId } = (await admitted()).proof
    for (const status of ['disabled', 'deleted'] as const) {
      await accounts.setStatus(tenant.id, accountId, status, actor)
      assert.deepEqual(await admit(), { kind: 'refused', reason: 'account_unavailable' })
      assert.equal((await accounts.find(tenant.id, accountId))?.status, status)
    }
  })

  it('may come back while leaving, to stay', async () => {
    const { admitted, accounts } = await openIdentities()
    const { accountId } = (await admitted()).proof
    await accounts.hold(tenant.id, accountId, ({ save }) => save({ status: 'leaving' }))
    assert.equal((await admitted()).proof.accountId, accountId)
  })

  it('gets roles and groups of the table and loses them with the next sign-in; what was given here stays', async () => {
    const { admitted, accounts, rules, audit } = await openIdentities()
    const groups = new Map([
      ['staff', { roles: ['editor'], groups: ['writers'] }],
      ['boss', { roles: ['admin', 'owner', 'reader'], groups: [] }],
    ])
    rules.set(google.id, { ...noRules, groups, defaultRoles: ['guest'] })
    const { accountId } = (await admitted({ groups: ['staff', 'Staff ', 'unknown'] })).proof
    const find = async () => accounts.find(tenant.id, accountId)
    assert.deepEqual([(await find())?.roles, (await find())?.groups], [['editor'], ['writers']])
    const given = { ...((await find()) ?? assert.fail()), roles: ['editor', 'auditor', 'admin'] }
    await accounts.update(given, actor)
    await admitted({ groups: ['boss'] })
    assert.deepEqual((await find())?.roles, ['auditor', 'admin', 'reader'])
    assert.deepEqual((await find())?.groups, [])
    await admitted({ groups: undefined })
    assert.deepEqual((await find())?.roles, ['auditor', 'admin', 'guest'], 'none: the default')
    const { detail } = audit.events.findLast(({ type }) => type === 'federation.signed_in') ?? {}
    assert.deepEqual([detail?.['added'], detail?.['removed']], [['guest'], ['reader']])
  })

  it('never becomes an administrator by somebody else’s word', async () => {
    const { admitted, accounts, rules } = await openIdentities()
    const groups = new Map([['boss', { roles: ['admin', 'owner', 'reader'], groups: [] }]])
    rules.set(google.id, { ...noRules, groups, defaultRoles: ['admin'] })
    const { accountId } = (await admitted({ groups: ['boss'] })).proof
    assert.deepEqual((await accounts.find(tenant.id, accountId))?.roles, ['reader'])
    await admitted({ groups: [] })
    assert.deepEqual((await accounts.find(tenant.id, accountId))?.roles, [])
  })

  it('is not who signed in too weakly over there, whatever else is right', async () => {
    const { admit, rules, clock, audit } = await openIdentities()
    const now = epochSeconds(clock)
    rules.set(google.id, {
      ...noRules,
      requiredAmr: ['mfa', 'hwk'],
      requiredAcr: ['a', 'b'],
      maxAuthAge: 600,
    })
    const good = { at: now - 600, acr: 'b', amr: ['mfa', 'hwk', 'pwd'], until: undefined }
    for (const worse of [
      { amr: ['mfa'] },
      { amr: ['MFA', 'hwk'] },
      { acr: undefined },
      { acr: 'c' },
      { at: now - 661 },
    ])
      assert.deepEqual(await admit({ authentication: { ...good, ...worse } }), {
        kind: 'refused',
        reason: 'authentication_too_weak',
      })
    const { type, outcome, detail } = audit.events.at(-1) ?? {}
    const told = { connection: 'google', reason: 'authentication_too_weak' }
    assert.deepEqual([type, outcome, detail], ['federation.failed', 'failure', told])
    assert.equal((await admit({ authentication: good })).kind, 'admitted')
  })

  it('fills no audit, however often somebody comes back with it (CWE-770)', async () => {
    const { identities, arrival, rules, audit, measured, clock } = await openIdentities()
    rules.set(google.id, { ...noRules, justInTime: 'off' })
    const come = (ip: string) => identities.admit(arrival(), { ...requester, ip })
    for (let tries = 0; tries < 300; tries += 1) await come('203.0.113.1')
    assert.deepEqual([audit.events.length, measured.length], [100, 300])
    await come('203.0.113.2')
    assert.equal(audit.events.length, 101)
    clock.advance(60_000)
    await come('203.0.113.1')
    assert.equal(audit.events.length, 102)
  })
})

describe('what a sign-in elsewhere proves', () => {
  const signedIn = { acr: 'strong', amr: ['mfa', 'hwk', 'x'], until: 5 }

  it('is more than one factor only where the connection may say so (Logto CVE-2026-15616)', async () => {
    const { admitted, rules, clock } = await openIdentities()
    const at = epochSeconds(clock)
    const untrusted = await admitted({ authentication: { ...signedIn, at } })
    assert.deepEqual(untrusted.proof, {
      method: 'federated',
      accountId: untrusted.proof.accountId,
      amr: [],
      at,
      federated: { connectionId: 'google', isMultiFactor: false, until: 5 },
    })
    for (const value of ['mfa', 'strong']) {
      rules.set(google.id, { ...noRules, multiFactorValues: [value] })
      const { proof } = await admitted({ authentication: { ...signedIn, at } })
      assert.deepEqual([proof.amr, proof.federated?.isMultiFactor], [['hwk'], true])
    }
    rules.set(google.id, { ...noRules, multiFactorValues: ['otp'] })
    const { proof } = await admitted({ authentication: { ...signedIn, at } })
    assert.equal(proof.federated?.isMultiFactor, false)
  })

  it('is as old as it was over there, and no step-up by a session left open (Q64)', async () => {
    const { admitted, clock } = await openIdentities()
    const now = epochSeconds(clock)
    for (const [at, expected] of [
      [now - 301, now - 301],
      [now - 90_000, now - 3600],
      [now + 30, now],
    ] as const) {
      const { proof } = await admitted({ authentication: { ...signedIn, at } })
      assert.equal(proof.at, expected)
    }
  })

  it('is as old as the end of the account since: they were signed out here, not there (Q17, Q64)', async () => {
    const { admitted, accounts, clock } = await openIdentities()
    const at = epochSeconds(clock)
    const { accountId } = (await admitted()).proof
    await accounts.end(tenant.id, accountId, actor)
    for (const later of [2, 302, 600]) {
      clock.advance((at + later) * 1000 - clock.now())
      const { proof } = await admitted({ authentication: { ...signedIn, at } })
      const account = (await accounts.find(tenant.id, accountId)) ?? assert.fail()
      assert.equal(isVoid(account, proof.at), false)
      assert.equal(isSteppedUp(proof.at, epochSeconds(clock)), later < 300, 'no proof of just now')
    }
  })
})

describe('an account of the tenant’s own domain', () => {
  it('is taken over where that is switched on or SSO enforced; what opened it before is gone (Q62)', async () => {
    for (const rule of [{ ...owning(), linksByVerifiedDomain: true }, owning(true)]) {
      const { admitted, rules, addAccount, link, ...world } = await openIdentities()
      const ada = await addAccount('Ada@example.test', { emailVerified: false, roles: ['editor'] })
      assert.equal(await link(ada, { subject: 'trojan' }), undefined)
      rules.set(acme.id, rule)
      const { proof, isNew } = await admitted({ emailVerified: false, isMember: true }, acme)
      assert.deepEqual([proof.accountId, isNew], [ada.id, false])
      const after = (await world.accounts.find(tenant.id, ada.id)) ?? assert.fail()
      assert.ok(after.emailVerified)
      assert.deepEqual(after.roles, ['editor'])
      assert.deepEqual(world.removed, ['Ada@example.test'])
      assert.deepEqual(world.ended, [ada.id])
      assert.ok(isVoid(after, epochSeconds(world.clock)), 'what was proved up to now opens nothing')
      assert.equal(isVoid(after, proof.at), false, 'but this sign-in')
      const left = await world.store.list(tenant.id, ada.id)
      assert.deepEqual(
        left.map(({ connectionId }) => connectionId),
        [acme.id],
      )
      assert.equal(world.told.at(-1), 'taken_over Ada@example.test')
    }
  })

  it('is not by somebody who is none of its people, whatever address they bring (nOAuth)', async () => {
    const { admit, rules, addAccount, removed } = await openIdentities()
    await addAccount('ada@example.test')
    rules.set(acme.id, owning(true))
    assert.equal((await admit({ emailVerified: false }, acme)).kind, 'verify_first')
    assert.equal((await admit({ emailVerified: true }, acme)).kind, 'link_first')
    assert.deepEqual(removed, [])
  })

  it('of an administrator is not: they sign in to it first', async () => {
    for (const role of ['admin', 'owner']) {
      const { admit, rules, addAccount, removed } = await openIdentities()
      await addAccount('ada@example.test', { roles: [role] })
      rules.set(acme.id, owning(true))
      assert.equal((await admit({}, acme)).kind, 'link_first')
      assert.deepEqual(removed, [])
    }
  })
})
