import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Browser, Page } from '#test/support/browser.ts'
import type { Cookie } from '#test/support/cookie-jar.ts'
import { proveIdentity, signInTo } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const hour = 3600
const day = 24 * hour

describeInWorlds('a session', (world) => {
  async function signedIn(person: Person = world().people.ada): Promise<Browser> {
    const rp = await world().relyingParty('trusted')
    const browser = world().browser()
    await signInTo(rp, person, { world: world(), tab: browser.tab() })
    return browser
  }

  async function ask(browser: Browser, parameters: Readonly<Record<string, string>>) {
    const rp = await world().relyingParty('trusted')
    return browser.tab().open((await rp.start(parameters)).url)
  }

  const silently = (browser: Browser) => ask(browser, { prompt: 'none' })
  const outcome = ({ url }: Page) =>
    url.searchParams.has('code') ? 'signed in' : url.searchParams.get('error')

  const sessionCookies = (browser: Browser) =>
    browser.cookies.list().filter(({ name }) => /^signet(?:\.sig)?$/.test(name))

  /** Another browser with these cookies of the first: a tab whose request was on its way. */
  function browserWith(cookies: readonly Cookie[]): Browser {
    const browser = world().browser()
    for (const cookie of cookies) browser.cookies.put(cookie)
    return browser
  }

  it('gets another cookie with every proof of who it is (Q65)', async () => {
    const browser = await signedIn()
    const before = browser.cookies.find('signet')?.value
    const tab = browser.tab()
    const rp = await world().relyingParty('trusted')
    await tab.open((await rp.start({ prompt: 'login' })).url)
    await tab.submit({ password })
    const after = browser.cookies.find('signet')?.value
    assert.ok(before && after)
    assert.notEqual(after, before)
  })

  it('lets a request with the cookie before through for ten seconds, which keeps its hands off the new one', async () => {
    const browser = await signedIn()
    const before = sessionCookies(browser)
    assert.equal(before.length, 2)
    const tab = browser.tab()
    const rp = await world().relyingParty('trusted')
    await tab.open((await rp.start({ prompt: 'login' })).url)
    await tab.submit({ password })

    await world().pass(9)
    const late = browserWith(before)
    assert.equal(outcome(await silently(late)), 'signed in')
    assert.deepEqual(sessionCookies(late), before, 'no cookie was set')
    assert.equal(outcome(await silently(browser)), 'signed in')

    await world().pass(2)
    assert.equal(outcome(await silently(browserWith(before))), 'login_required')
    assert.equal(outcome(await silently(browser)), 'signed in')
  })

  it('cannot be planted: a cookie from before the sign-in opens nothing, not even for ten seconds (CWE-384)', async () => {
    const victim = world().browser()
    const tab = victim.tab()
    const rp = await world().relyingParty('trusted')
    // a cookie the attacker knows: of a session nobody is signed in to
    await tab.open(`${world().issuer}/device`)
    const planted = sessionCookies(victim)
    assert.equal(planted.length, 2)

    await tab.open((await rp.start()).url)
    const back = await proveIdentity(tab, world().people.ada)
    assert.ok(back.isElsewhere)
    assert.notEqual(victim.cookies.find('signet')?.value, planted[0]?.value)
    assert.equal(outcome(await silently(browserWith(planted))), 'login_required')
    assert.equal(outcome(await silently(victim)), 'signed in')
  })

  it('is forgotten after a day without use (Q63)', async () => {
    const browser = await signedIn()
    await world().pass(23 * hour)
    assert.equal(outcome(await silently(browser)), 'signed in')
    await world().pass(23 * hour)
    assert.equal(outcome(await silently(browser)), 'signed in', 'use keeps it')
    await world().pass(25 * hour)
    assert.equal(outcome(await silently(browser)), 'login_required')
  })

  it('ends after thirty days, however busy (Q63, F6)', async () => {
    const browser = await signedIn(await world().addAccount())
    for (let half = 1; half < 60; half += 1) {
      await world().pass(day / 2)
      assert.equal(outcome(await silently(browser)), 'signed in', `after ${half / 2} days`)
    }
    await world().pass(day / 2 - 60)
    assert.equal(outcome(await silently(browser)), 'signed in')
    await world().pass(60)
    assert.equal(outcome(await silently(browser)), 'login_required')
  })

  it('begins its thirty days anew with the password', async () => {
    const browser = await signedIn(await world().addAccount())
    for (let half = 1; half < 50; half += 1) {
      await world().pass(day / 2)
      await silently(browser)
    }
    const rp = await world().relyingParty('trusted')
    const tab = browser.tab()
    await tab.open((await rp.start({ prompt: 'login' })).url)
    await tab.submit({ password })
    for (let half = 1; half < 20; half += 1) {
      await world().pass(day / 2)
      assert.equal(outcome(await silently(browser)), 'signed in')
    }
  })

  it('is not made from a cookie that was changed, or that is of another tenant (F8)', async () => {
    const browser = await signedIn()
    const [id, signature] = sessionCookies(browser)
    assert.ok(id && signature)
    const other = await signedIn(world().people.grace)
    const otherId = other.cookies.find('signet')
    assert.ok(otherId)
    const forged = [{ ...id, value: otherId.value }, signature]
    assert.equal(outcome(await silently(browserWith(forged))), 'login_required')
    assert.equal(outcome(await silently(browserWith([id]))), 'login_required')

    const there = await world().addClient('trusted', { client_id: 'twin' }, world().acme)
    const rp = await world().relyingParty(there)
    const moved = sessionCookies(browser).map((cookie) => ({
      ...cookie,
      name: cookie.name.replace('signet', 'signet-acme'),
    }))
    const page = await browserWith(moved)
      .tab()
      .open((await rp.start({ prompt: 'none' })).url)
    assert.equal(outcome(page), 'login_required')
  })
})
