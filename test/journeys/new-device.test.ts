import assert from 'node:assert/strict'
import { it } from 'node:test'
import { signInTo } from '#test/support/person.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

describeInWorlds('a sign-in on a new device (Q91, ASVS 6.3.5)', (world) => {
  async function signIn(person: Person, browser = world().browser(), prompt = 'login') {
    const rp = await world().relyingParty('trusted')
    const parameters = { prompt }
    await signInTo(rp, person, { world: world(), tab: browser.tab(), parameters })
    return browser
  }

  async function mailsTo({ email }: Person) {
    const recent = await world().mail.received()
    return recent.filter(({ kind, to }) => kind === 'new_sign_in' && to === email)
  }

  async function eventsOf({ account }: Person) {
    const all = await world().app.audit.list(account.tenantId, { limit: 500 })
    return all.filter(
      ({ type, accountId }) => type === 'session.new_device' && accountId === account.id,
    )
  }

  it('is told to its owner: when, where, on what, and what to do', async () => {
    const person = await world().addAccount()
    await signIn(person)
    assert.deepEqual(await mailsTo(person), [], 'not the very first time')

    const browser = world().browser()
    browser.userAgent = firefox
    await signIn(person, browser)
    const [mail, ...others] = await mailsTo(person)
    assert.deepEqual(others, [])
    assert.ok(mail)
    assert.match(mail.text, /Firefox, Linux/)
    assert.ok(mail.text.includes(browser.address))
    assert.ok(mail.text.includes(`${world().issuer}/account/activity`))
    const [event] = await eventsOf(person)
    assert.partialDeepStrictEqual(event, {
      ip: browser.address,
      userAgent: firefox,
      detail: { told: true, browser: 'Firefox' },
    })
  })

  it('is none on a browser that did so before, signed out or not', async () => {
    const person = await world().addAccount()
    await signIn(person)
    const browser = await signIn(person)
    await signIn(person, browser)
    const tab = browser.tab()
    await tab.open(`${world().issuer}/logout`)
    await tab.submit({}, /^Sign out/)
    await world().pass(3600)
    const rp = await world().relyingParty('trusted')
    await tab.open((await rp.start({ login_hint: person.email, prompt: 'login' })).url)
    assert.equal((await mailsTo(person)).length, 1, 'only the first time there')
  })

  it('is one on a browser that knows somebody else, or this person of another tenant', async () => {
    const person = await world().addAccount()
    await signIn(person)
    const browser = await signIn(world().people.grace)
    await signIn(person, browser, 'select_account')
    assert.equal((await mailsTo(person)).length, 1)
    const device = world().app.devices.issue(world().acme.id, person.account.id)
    assert.equal(
      world().app.devices.matches(world().main.id, person.account.id, device, undefined),
      false,
    )
  })

  it('is one where the cookie was made up', async () => {
    const person = await world().addAccount()
    const first = await signIn(person)
    const cookie = first.cookies.find('signet-accounts')
    assert.ok(cookie)
    const forger = world().browser()
    forger.cookies.put({ ...cookie, value: `${cookie.value.slice(0, -4)}AAAA` })
    await signIn(person, forger)
    assert.equal((await mailsTo(person)).length, 1)
  })

  it('fills nobody’s mailbox: five at once, then one an hour; each is in the audit', async () => {
    const person = await world().addAccount()
    await signIn(person)
    for (let at = 0; at < 8; at += 1) await signIn(person)
    assert.equal((await mailsTo(person)).length, 5)
    const told = (await eventsOf(person)).map(({ detail }) => detail?.['told'])
    assert.deepEqual(told, [false, false, false, true, true, true, true, true])
    await world().pass(3601)
    await signIn(person)
    assert.equal((await mailsTo(person)).length, 6)
  })

  it('is not told for a wrong password', async () => {
    const person = await world().addAccount()
    await signIn(person)
    const tab = world().browser().tab()
    const rp = await world().relyingParty('trusted')
    await tab.open((await rp.start()).url)
    await tab.submit({ email: person.email })
    await tab.submit({ password: 'not the password at all' })
    assert.deepEqual(await mailsTo(person), [])
  })

  it('is told to one of two that are first at the same time', async () => {
    const person = await world().addAccount()
    await Promise.all([signIn(person), signIn(person)])
    assert.equal((await mailsTo(person)).length, 1)
  })
})
