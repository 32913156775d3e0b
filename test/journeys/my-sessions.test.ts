import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Person } from '#test/support/world.ts'

describeInWorlds('sessions and devices in My account', (world) => {
  async function onTwoDevices() {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const phone = await signInTo(rp, person, { world: world() })
    return { person, rp, phone, ...(await openMyAccount(world(), person, 'sessions')) }
  }
  const sessionsOf = ({ account }: Person) =>
    world().app.sessions.list({ tenantId: account.tenantId, id: account.id })

  it('are listed with where, when and which apps, and which is this one', async () => {
    const { tab, browser } = await onTwoDevices()
    assert.equal(tab.page.text.match(/This device/g)?.length, 1)
    assert.equal(tab.page.text.match(/Last seen/g)?.length, 2)
    assert.match(tab.page.text, /Apps Payroll/)
    assert.doesNotMatch(tab.page.text, /Apps My account/)
    assert.match(tab.page.text, new RegExp(browser.address.replaceAll('.', '\\.')))
  })

  it('are ended one by one: tokens and session there die, this one lives', async () => {
    const { tab, rp, phone } = await onTwoDevices()
    const page = await tab.submit({}, 'Sign out there')
    assert.match(page.text, /That device is signed out\./)
    assert.equal(page.text.match(/Last seen/g)?.length, 1)
    await assert.rejects(rp.refresh(phone.tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    const silent = await phone.tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
  })

  it('are ended everywhere else at once', async () => {
    const { person, tab, home } = await onTwoDevices()
    const third = await openMyAccount(world(), person)
    const page = await tab.open(`${home}/sessions`)
    assert.equal(page.text.match(/Last seen/g)?.length, 3)
    const after = await tab.submit({}, 'Sign out everywhere else')
    assert.match(after.text, /signed out on every other device/)
    assert.ok(!isMyAccount(await third.tab.reload()))
    assert.equal((await sessionsOf(person)).length, 1)
  })

  it('are ended everywhere, here too', async () => {
    const { person, tab, rp, phone } = await onTwoDevices()
    await world().pass(1)
    const page = await tab.submit({}, /Sign out everywhere, here too/)
    assert.ok(!isMyAccount(page))
    assert.deepEqual(await sessionsOf(person), [])
    await assert.rejects(rp.refresh(phone.tokens.refresh_token ?? ''))
  })

  it('of other people and other tenants are not there to be ended (Q77)', async () => {
    const { person } = await onTwoDevices()
    const stranger = await openMyAccount(world(), await world().addAccount(), 'sessions')
    const acme = await openMyAccount(world(), world().adaOfAcme, 'sessions', {
      tenant: world().acme,
    })
    const before = await sessionsOf(person)
    assert.equal(before.length, 2)
    for (const { tab, home } of [stranger, acme]) {
      for (const { uid } of before) {
        const form = { csrf: csrfOf(tab.page), session: uid }
        assert.equal((await postByHand(world(), tab, `${home}/sessions/end`, { form })).status, 303)
      }
      assert.match((await tab.reload()).text, /That device is not signed in any more\./)
    }
    assert.deepEqual((await sessionsOf(person)).length, 2)
  })

  it('are ended by nobody without the token of this session (Q67)', async () => {
    const { person, tab, home } = await onTwoDevices()
    for (const action of ['end', 'others', 'all']) {
      const sent = { form: { session: 'x' } }
      const { status } = await postByHand(world(), tab, `${home}/sessions/${action}`, sent)
      assert.equal(status, 403)
    }
    assert.equal((await sessionsOf(person)).length, 2)
  })
})
