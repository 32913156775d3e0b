import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createPasswordChanges } from '#login/password/change/service.ts'
import { requesterFrom } from '#test/support/password-login.ts'
import { signInTo } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const fresh = 'quiet coffee pots everywhere'
const requester = requesterFrom('203.0.113.7')

/** What becomes of an account when its owner changes how they sign in, as `My account` asks for it. */
describeInWorlds('changing one’s own password', (world) => {
  const owner = ({ account }: Person, { main }: World = world()) => ({
    tenant: main,
    accountId: account.id,
    requester,
  })
  const change = (person: Person, currentPassword = password, newPassword = fresh) =>
    world().app.passwordChanges.change({ ...owner(person), currentPassword, newPassword })
  const now = () => Math.floor(world().clock.now() / 1000)

  async function mailsTo(email: string): Promise<string[]> {
    const mails = await world().mail.received()
    return mails.filter(({ to }) => to === email).map(({ kind }) => kind)
  }

  const signsIn = async ({ email }: Person, typed: string): Promise<boolean> => {
    const verdict = await world().app.passwords.verify({
      tenant: world().main,
      email,
      password: typed,
      requester: requesterFrom('198.51.100.77'),
    })
    return verdict.kind === 'proved'
  }

  it('ends everything the old one opened, and tells the person (Q17)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tab, tokens } = await signInTo(rp, person, { world: world() })
    assert.deepEqual(await change(person), { kind: 'changed' })

    await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    await assert.rejects(rp.userinfo(tokens))
    const silent = await tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
    assert.deepEqual([await signsIn(person, password), await signsIn(person, fresh)], [false, true])
    assert.deepEqual(await mailsTo(person.email), ['password_changed'])
  })

  it('voids a code by mail that was asked for before (Q54: pending changes)', async () => {
    const person = await world().addAccount()
    const { account, email } = person
    const { emailCodes } = world().app
    const browser = 'b'.repeat(43)
    let code = ''
    const { handle } = await emailCodes.issue({
      tenant: world().main,
      email,
      accountId: account.id,
      browser,
      requester,
      purpose: 'change_email',
      letter: (facts) => {
        code = facts.code
        return { kind: 'test', subject: 's', text: 't', html: 'h' }
      },
    })
    assert.deepEqual(await change(person), { kind: 'changed' })
    const place = { tenant: world().main, purpose: 'change_email', handle, browser } as const
    const verdict = await emailCodes.verify({ ...place, code, requester })
    assert.equal(verdict.kind, 'expired')
  })

  it('needs the current one, counted like a sign-in (Q34, ASVS 6.2.3)', async () => {
    const person = await world().addAccount()
    for (let count = 0; count < 5; count += 1) {
      assert.deepEqual(await change(person, 'not my password at all'), { kind: 'wrong_password' })
    }
    assert.equal((await change(person)).kind, 'throttled', 'also the right one has to wait')
    assert.equal(await signsIn(person, password), false, 'one bucket with the sign-in')
    assert.deepEqual(await mailsTo(person.email), [])
  })

  it('holds the new one to the rules of the tenant and changes nothing else (Q26, Q28)', async () => {
    const person = await world().addAccount()
    for (const [typed, reason] of [
      ['short', 'too_short'],
      [`${person.email} 123456`, 'context'],
      ['x'.repeat(257), 'too_long'],
    ] as const) {
      assert.deepEqual(await change(person, password, typed), { kind: 'refused', reason })
    }
    assert.equal(await signsIn(person, password), true)
  })

  it('is done once of twenty at once, and leaves one password (Q17)', async () => {
    const person = await world().addAccount()
    const typed = Array.from({ length: 20 }, (_, index) => `${fresh} ${index}`)
    const results = await Promise.all(typed.map((one) => change(person, password, one)))
    const winner = results.findIndex(({ kind }) => kind === 'changed')
    assert.equal(results.filter(({ kind }) => kind === 'changed').length, 1)
    await world().pass(60) // those who lost tried a password that was wrong by then
    assert.equal(await signsIn(person, typed[winner] ?? ''), true)
    assert.deepEqual(await mailsTo(person.email), ['password_changed'])
  })

  it('keeps nothing when a part of it fails (one transaction)', async () => {
    const person = await world().addAccount()
    const { app } = world()
    const changes = createPasswordChanges({
      ...app,
      clock: world().clock,
      otherMethods: [],
      formerAddresses: async () => [],
      outbox: { enqueue: () => Promise.reject(new Error('the outbox is full')) },
    })
    const input = { ...owner(person), currentPassword: password, newPassword: fresh }
    await assert.rejects(changes.change(input), /the outbox is full/)
    assert.deepEqual([await signsIn(person, password), await signsIn(person, fresh)], [true, false])
    const { endedAt } = (await app.accounts.find(world().main.id, person.account.id)) ?? {}
    assert.equal(endedAt, undefined)
    const events = await app.audit.list(world().main.id, { limit: 20 })
    const set = events.filter(
      ({ type, accountId }) => type === 'login.password_set' && accountId === person.account.id,
    )
    assert.equal(set.length, 1, 'the one it began with')
  })

  for (const status of ['disabled', 'deleted'] as const) {
    it(`is refused to a ${status} account (Q18)`, async () => {
      const person = await world().addAccount()
      const { tenantId, id } = person.account
      await world().app.accounts.setStatus(tenantId, id, status, { kind: 'cli' })
      const fresh15 = { provedAt: now(), newPassword: fresh }
      const { passwordChanges } = world().app
      const results = [
        await change(person),
        await passwordChanges.setFirst({ ...owner(person), ...fresh15 }),
        await passwordChanges.remove({ ...owner(person), provedAt: now() }),
      ]
      assert.deepEqual(results, [{ kind: 'over' }, { kind: 'over' }, { kind: 'over' }])
      assert.deepEqual(await mailsTo(person.email), [])
    })
  }

  it('of another tenant is nobody’s (DESIGN §3)', async () => {
    const person = await world().addAccount()
    const { passwordChanges } = world().app
    const elsewhere = { ...owner(person), tenant: world().acme }
    const input = { ...elsewhere, currentPassword: password, newPassword: fresh }
    assert.deepEqual(await passwordChanges.change(input), { kind: 'over' })
  })
})

describeInWorlds('a first password, and none any more', (world) => {
  const owner = ({ account }: Person) => ({
    tenant: world().main,
    accountId: account.id,
    requester,
  })
  const now = () => Math.floor(world().clock.now() / 1000)
  const kindsTo = async (email: string) =>
    (await world().mail.received()).filter(({ to }) => to === email).map(({ kind }) => kind)

  async function changesWith(wasUsed: boolean) {
    const { app, clock } = world()
    const formerAddresses = async () => []
    const otherMethods = [{ wasUsed: async () => false }, { wasUsed: async () => wasUsed }]
    return createPasswordChanges({ ...app, clock, formerAddresses, otherMethods })
  }

  async function withoutPassword(): Promise<Person> {
    const person = await world().addAccount()
    const changes = await changesWith(true)
    assert.deepEqual(await changes.remove({ ...owner(person), provedAt: now() }), {
      kind: 'removed',
    })
    await world().pass(1)
    return person
  }

  it('is removed when another strong method was used, ends everything and is told (Q54)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const { tokens } = await signInTo(rp, person, { world: world() })
    const changes = await changesWith(true)
    const remove = () => changes.remove({ ...owner(person), provedAt: now() })
    assert.deepEqual(await remove(), { kind: 'removed' })
    await assert.rejects(rp.refresh(tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    assert.equal(await world().app.passwords.hasPassword(world().main.id, person.account.id), false)
    assert.deepEqual(await kindsTo(person.email), ['password_removed'])
    await world().pass(1)
    assert.deepEqual(await remove(), { kind: 'no_password' })
  })

  it('stays when it is the only strong way in: a code by mail is none (Q47)', async () => {
    const person = await world().addAccount()
    const input = { ...owner(person), provedAt: now() }
    assert.deepEqual(await (await changesWith(false)).remove(input), { kind: 'no_other_method' })
    assert.deepEqual(await world().app.passwordChanges.remove(input), { kind: 'no_other_method' })
    assert.equal(await world().app.passwords.hasPassword(world().main.id, person.account.id), true)
    assert.deepEqual(await kindsTo(person.email), [])
  })

  it('is set where there is none, ends nothing and is told', async () => {
    const person = await withoutPassword()
    const { accounts, passwordChanges, passwords } = world().app
    const before = await accounts.find(world().main.id, person.account.id)
    const set = () =>
      passwordChanges.setFirst({ ...owner(person), provedAt: now(), newPassword: fresh })
    assert.deepEqual(await set(), { kind: 'set' })
    assert.deepEqual(await set(), { kind: 'has_password' })
    const after = await accounts.find(world().main.id, person.account.id)
    assert.deepEqual(after?.endedAt, before?.endedAt)
    assert.equal(await passwords.hasPassword(world().main.id, person.account.id), true)
    assert.deepEqual(await kindsTo(person.email), ['password_set', 'password_removed'])
  })

  it('is set once of twenty at once', async () => {
    const person = await withoutPassword()
    const input = { ...owner(person), provedAt: now() }
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world().app.passwordChanges.setFirst({ ...input, newPassword: `${fresh} ${index}` }),
      ),
    )
    assert.equal(results.filter(({ kind }) => kind === 'set').length, 1)
  })

  it('wants a proof of the last five minutes that nothing has voided (Q59, Q64)', async () => {
    const person = await withoutPassword()
    const { accounts, passwordChanges } = world().app
    const set = (provedAt: number) =>
      passwordChanges.setFirst({ ...owner(person), provedAt, newPassword: fresh })
    assert.deepEqual(await set(now() - 301), { kind: 'step_up' })
    assert.deepEqual(await set(now() + 1), { kind: 'step_up' })
    await accounts.end(world().main.id, person.account.id, { kind: 'cli' })
    assert.deepEqual(await set(now()), { kind: 'step_up' })
    const changes = await changesWith(true)
    assert.deepEqual(await changes.remove({ ...owner(person), provedAt: now() - 301 }), {
      kind: 'step_up',
    })
  })
})
