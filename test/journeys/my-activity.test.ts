import assert from 'node:assert/strict'
import { it } from 'node:test'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const day = 24 * 3600

describeInWorlds('activity in My account', (world) => {
  it('tells what happened to this person in plain words, newest first', async () => {
    const person = await world().addAccount()
    await signInTo(await world().relyingParty('web'), person, { world: world() })
    const { browser, tab } = await openMyAccount(world(), person, 'activity')
    assert.match(
      tab.page.text,
      /Signed in .*App allowed .* · Payroll .*Signed in .*Password set .*Account created/,
    )
    assert.match(tab.page.text, new RegExp(browser.address.replaceAll('.', '\\.')))
    assert.doesNotMatch(tab.page.text, /login\.succeeded|example\.test.*grace/)
  })

  it('has words for all that happens to an account, not only for what did first', async () => {
    const person = await world().addAccount()
    const { tenantId, id: accountId } = person.account
    const about = { tenantId, accountId, actor: { kind: 'cli' }, outcome: 'success' } as const
    for (const type of [
      'account.email_change_undone',
      'account.email_verified',
      'factor.recovery_codes_removed',
      'federation.glass_broken',
      'federation.logged_out',
      'federation.token_given',
      'federation.tokens_dropped',
      'login.password_imported',
    ])
      await world().app.audit.append({ ...about, type })
    const { tab } = await openMyAccount(world(), person, 'activity')
    assert.doesNotMatch(tab.page.text, /Account changed/)
    assert.match(
      tab.page.text,
      /Access to a connected account ended.*Change of email address undone/,
    )
  })

  it('tells nothing of others', async () => {
    const grace = await world().addAccount()
    await signInTo(await world().relyingParty('web'), grace, { world: world() })
    const { tab } = await openMyAccount(world(), await world().addAccount(), 'activity')
    assert.doesNotMatch(tab.page.text, /Payroll/)
  })

  it('forgets after 90 days', async () => {
    const person = await world().addAccount()
    await world().pass(91 * day)
    const { tab } = await openMyAccount(world(), person, 'activity')
    assert.match(tab.page.text, /Signed in/)
    assert.doesNotMatch(tab.page.text, /Account created/)
  })

  it('ends every session on “This wasn’t me”, also the one that says it, and records it', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const intruder = await signInTo(rp, person, { world: world() })
    const other = await openMyAccount(world(), person)
    const { tab, home } = await openMyAccount(world(), person, 'activity')
    await tab.open(`${home}/not-me`)
    await world().pass(1)
    const page = await tab.submit({}, 'Sign out everywhere')
    assert.ok(!isMyAccount(page), 'the password is asked for again')
    assert.ok(!isMyAccount(await other.tab.reload()))
    await assert.rejects(rp.refresh(intruder.tokens.refresh_token ?? ''))
    const types = (await world().app.audit.list(world().main.id, { limit: 5 })).map((e) => e.type)
    assert.ok(types.includes('account.activity_disputed'))
    await world().pass(1)
    const again = await openMyAccount(world(), person, 'activity')
    assert.match(again.tab.page.text, /Signed out everywhere.*“This wasn’t me” reported/)
  })

  it('ends nothing for another site, or without the token of this session (Q67)', async () => {
    const { tab, home } = await openMyAccount(world(), await world().addAccount(), 'not-me')
    const csrf = csrfOf(tab.page)
    const headers = { 'sec-fetch-site': 'cross-site' }
    for (const sent of [{ form: {} }, { form: { csrf }, headers }]) {
      const answer = await postByHand(world(), tab, `${home}/not-me`, sent)
      assert.equal(answer.status, 403)
    }
    assert.ok(isMyAccount(await tab.reload()))
  })
})
