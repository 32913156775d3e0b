import assert from 'node:assert/strict'
import { it } from 'node:test'
import { mailsTo } from '#test/support/mail.ts'
import { csrfOf, isMyAccount, openMyAccount, postByHand } from '#test/support/my-account.ts'
import { proveIdentity, signIn, signInTo } from '#test/support/person.ts'
import { proveMailbox } from '#test/support/recovery.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Person } from '#test/support/world.ts'

const day = 24 * 3600

describeInWorlds('leaving by My account', (world) => {
  const statusOf = async ({ account }: Person) =>
    (await world().app.accounts.find(account.tenantId, account.id))?.status

  async function leave(person: Person) {
    const opened = await openMyAccount(world(), person, 'leave')
    await world().pass(1)
    await opened.tab.submit({}, 'Delete my account')
    return opened
  }

  it('ends everything at once, and says by mail how to take it back', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const app = await signInTo(rp, person, { world: world() })
    const other = await openMyAccount(world(), person)
    const { browser, tab } = await leave(person)
    assert.match(tab.page.text, /Your account will be deleted.*signed out everywhere/)
    assert.equal(browser.cookies.find('signet-account'), undefined)
    await assert.rejects(rp.refresh(app.tokens.refresh_token ?? ''), { error: 'invalid_grant' })
    assert.ok(!isMyAccount(await other.tab.reload()))
    const silent = await app.tab.open((await rp.start({ prompt: 'none' })).url)
    assert.equal(silent.url.searchParams.get('error'), 'login_required')
    const mails = await mailsTo(world(), person.email)
    const mail = mails.find(({ kind }) => kind === 'account_leaving')
    assert.match(mail?.text ?? '', /Keep my account/)
  })

  it('waits for nothing it holds itself: what a tenant is called is known before', async () => {
    const { account } = await world().addAccount()
    await world().pass(2) // nothing is remembered of the tenant
    const by = { actor: { kind: 'account', id: account.id } } as const
    assert.ok(await world().app.departures.leave(account.tenantId, account.id, by))
  })

  it('lets the person sign in for one thing: to keep the account', async () => {
    const person = await world().addAccount()
    await leave(person)
    await world().pass(13 * day)
    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    const attempt = await rp.start()
    await tab.open(attempt.url)
    const page = await proveIdentity(tab, person)
    assert.equal(page.isElsewhere, false)
    assert.match(page.text, /about to be deleted/)
    assert.equal((await tab.reload()).isElsewhere, false, 'there is no way past it')
    const back = await tab.submit({}, 'Keep my account')
    assert.ok(back.isElsewhere, 'and on to the application')
    assert.equal((await attempt.finish(back.url)).claims()?.sub, person.account.id)
    assert.equal(await statusOf(person), 'active')
    const { tab: mine } = await openMyAccount(world(), person, 'activity')
    assert.match(mine.page.text, /Account deletion undone.*Account deletion requested/)
  })

  it('is taken back also after the password was lost, or changed by who asked for it (Q54)', async () => {
    const person = await world().addAccount()
    await leave(person)
    await world().pass(1)
    const recovering = world().browser().tab()
    await proveMailbox(world(), recovering, person.email)
    await world().pass(1)
    const done = await recovering.submit({ new_password: 'quiet coffee pots everywhere' })
    assert.equal(done.heading, 'Password changed')
    assert.equal(await statusOf(person), 'leaving', 'a mailbox alone keeps nothing')
    await world().pass(1)
    const tab = world().browser().tab()
    await tab.open((await (await world().relyingParty('trusted')).start()).url)
    await tab.submit({ email: person.email })
    await tab.submit({ password: 'quiet coffee pots everywhere' })
    assert.ok((await tab.submit({}, 'Keep my account')).isElsewhere)
    assert.equal(await statusOf(person), 'active')
  })

  it('says nothing of it to whoever has the wrong password (Q73)', async () => {
    const person = await world().addAccount()
    await leave(person)
    const tab = world().browser().tab()
    await tab.open((await (await world().relyingParty('trusted')).start()).url)
    await tab.submit({ email: person.email })
    const page = await tab.submit({ password: 'not the right one' })
    assert.match(page.text, /don’t match/)
    assert.doesNotMatch(page.text, /deleted/)
  })

  it('takes nothing back by a sign-in that was proved before, nor by a form of another (Q17, Q77)', async () => {
    const [ada, grace] = [await world().addAccount(), await world().addAccount()]
    await leave(ada)
    await world().pass(1)
    const tab = world().browser().tab()
    await tab.open((await (await world().relyingParty('web')).start()).url)
    await proveIdentity(tab, grace)
    const address = tab.page.url.href
    const form = { csrf: csrfOf(tab.page), account: ada.account.id, email: ada.email }
    await postByHand(world(), tab, `${address}/stay`, { form })
    assert.equal(await statusOf(ada), 'leaving')
  })

  it('needs a proof of five minutes, and the token of this session (Q64, Q67)', async () => {
    const person = await world().addAccount()
    const { tab, home } = await openMyAccount(world(), person, 'leave')
    const csrf = csrfOf(tab.page)
    assert.equal((await postByHand(world(), tab, `${home}/leave`, { form: {} })).status, 403)
    await world().pass(301)
    const stale = await postByHand(world(), tab, `${home}/leave`, { form: { csrf } })
    assert.match(stale.headers.get('location') ?? '', /^\/authorize\?.*prompt=login/)
    assert.doesNotMatch((await tab.reload()).text, /Keep my account/)
    assert.equal(await statusOf(person), 'active')
  })

  it('is final after 14 days: the job erases the person, and the trail still verifies', async () => {
    const person = await world().addAccount()
    await leave(person)
    await world().pass(14 * day + 61)
    const before = Math.floor(world().clock.now() / 1000) - 60
    assert.ok((await world().app.departures.eraseLeft(before, 100)) >= 1)
    assert.equal(await statusOf(person), undefined)
    const tab = world().browser().tab()
    await tab.open((await (await world().relyingParty('trusted')).start()).url)
    assert.match((await proveIdentity(tab, person)).text, /don’t match/)
    const { tenantId, id } = person.account
    const all = { since: new Date(0), limit: 100 }
    assert.deepEqual(await world().app.audit.listOf(tenantId, id, all), [])
    assert.equal(await world().app.audit.verify(tenantId), true)
    const namesake = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    assert.ok((await signIn(world().browser().tab(), (await rp.start()).url, namesake)).isElsewhere)
  })
})
