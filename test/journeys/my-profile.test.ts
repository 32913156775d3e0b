import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('the profile in My account', (world) => {
  it('is saved, audited, shown again, and seen by applications', async () => {
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person)
    const saved = await tab.submit({ name: ' Ada Lovelace ', zoneinfo: 'Europe/London' }, 'Save')
    assert.match(saved.text, /Your profile is saved\./)
    assert.deepEqual(
      saved.hops.map(({ status }) => status),
      [303, 200],
    )
    assert.doesNotMatch((await tab.reload()).text, /is saved/, 'told once')
    const [event] = await world().app.audit.list(world().main.id, { limit: 1 })
    assert.equal(event?.type, 'account.profile_changed')
    assert.equal(event.accountId, person.account.id)
    assert.match(event.ip ?? '', /^198\.51\.100\./)
    const { tokens } = await signInTo(await world().relyingParty('trusted'), person, {
      world: world(),
    })
    assert.equal(tokens.claims()?.['name'], 'Ada Lovelace')
    assert.equal(tokens.claims()?.['zoneinfo'], 'Europe/London')
  })

  it('leaves alone what is not the person’s to choose, also when an operator changes it meanwhile', async () => {
    const { account, ...person } = await world().addAccount()
    const { tab } = await openMyAccount(world(), { account, ...person })
    const profile = { ...account.profile, preferred_username: 'countess' }
    await world().app.accounts.update({ ...account, profile, roles: ['admin'] }, { kind: 'cli' })
    await tab.submit({ name: 'Ada' }, 'Save')
    const after = await world().app.accounts.find(account.tenantId, account.id)
    assert.deepEqual(after?.roles, ['admin'])
    assert.equal(after.profile.preferred_username, 'countess')
    assert.equal(after.profile.name, 'Ada')
  })

  it('says what is wrong, keeps what was typed and saves nothing', async () => {
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person)
    const page = await tab.submit({ name: 'Ada', picture: 'http://x.test/me.png' }, 'Save')
    assert.equal(page.status, 200)
    assert.match(page.title, /^Error: /)
    assert.match(page.text, /It begins with https/)
    const typed = page.forms.flatMap(({ fields }) => fields)
    assert.equal(typed.find(({ name }) => name === 'name')?.value, 'Ada')
    const after = await world().app.accounts.find(person.account.tenantId, person.account.id)
    assert.deepEqual(after?.profile, person.account.profile)
  })

  it('is not changed by another site, without a token, or with that of another session (Q67)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person)
    const other = await openMyAccount(world(), await world().addAccount())
    const csrf = csrfOf(tab.page)
    const name = 'Planted'
    for (const [what, sent] of Object.entries({
      'no token': { form: { name } },
      'a made-up token': { form: { name, csrf: csrf.toUpperCase() } },
      'the token of another session': { form: { name, csrf: csrfOf(other.tab.page) } },
      'another site': { form: { name, csrf }, headers: { 'sec-fetch-site': 'cross-site' } },
      'a sibling': { form: { name, csrf }, headers: { 'sec-fetch-site': 'same-site' } },
      'another origin': { form: { name, csrf }, headers: { origin: 'https://evil.test' } },
    })) {
      const { status } = await postByHand(world(), tab, `${home}/profile`, sent)
      assert.equal(status, 403, what)
    }
    const after = await world().app.accounts.find(person.account.tenantId, person.account.id)
    assert.deepEqual(after?.profile, person.account.profile)
    const { status } = await postByHand(world(), tab, `${home}/profile`, { form: { name, csrf } })
    assert.equal(status, 303)
  })

  it('is not changed by who is signed out meanwhile', async () => {
    const person = await world().addAccount()
    const { tab } = await openMyAccount(world(), person)
    await world().app.accounts.end(person.account.tenantId, person.account.id, { kind: 'cli' })
    const page = await tab.submit({ name: 'Planted' }, 'Save')
    assert.match(page.heading, /Sign in|Choose an account/)
    const after = await world().app.accounts.find(person.account.tenantId, person.account.id)
    assert.deepEqual(after?.profile, person.account.profile)
  })
})
