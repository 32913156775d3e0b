import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createAuthenticator } from '#test/support/authenticator.ts'
import type { Browser, Tab } from '#test/support/browser.ts'
import { csrfOf, openMyAccount } from '#test/support/my-account.ts'
import { codeNow, setUpTwoSteps } from '#test/support/my-two-step.ts'
import { givePasskey, passkeyOptions } from '#test/support/passkey-sign-in.ts'
import { password, type Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const day = 24 * 3600
const question = 'Sign in without a password next time?'

describeInWorlds('whether somebody wants a passkey', (world) => {
  /** What the script of the first page says of this device. */
  async function canKeepOne(tab: Tab): Promise<void> {
    const address = /data-options="([^"]+)"/.exec(tab.page.html)?.[1] ?? ''
    const url = new URL(address, tab.page.url)
    const answer = await world().transport.fetch(url, {
      method: 'POST',
      headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' },
      body: new URLSearchParams({ csrf: csrfOf(tab.page), platform: 'true' }),
    })
    assert.equal(answer.status, 200)
  }

  /** Signs in by password, on a device that can keep a passkey unless said otherwise. */
  async function signIn(browser: Browser, person: Person, canKeep = true): Promise<Tab> {
    const rp = await world().relyingParty('trusted')
    const tab = browser.tab()
    await tab.open((await rp.start({ prompt: 'login' })).url)
    if (tab.page.heading === 'Choose an account') await tab.submit({}, 'Use another account')
    if (tab.page.heading !== 'Sign in') await tab.submit({}, 'Not you? Change')
    if (canKeep) await canKeepOne(tab)
    await tab.submit({ email: person.email })
    await tab.submit({ password })
    return tab
  }

  it('is asked before the application, where a device can keep one; a passkey is made there', async () => {
    const person = await world().addAccount()
    const tab = await signIn(world().browser(), person)
    assert.equal(tab.page.heading, question)
    const wrong = await tab.submit({ credential: '{}' })
    assert.match(wrong.alert ?? '', /could not be added/)
    const made = createAuthenticator({ origin: world().issuer }).create(
      await passkeyOptions(world(), tab),
    )
    assert.ok((await tab.submit({ credential: made })).isElsewhere)
    const { tenantId, id } = person.account
    assert.equal(await world().app.passkeys.count(tenantId, id), 1)
  })

  it('is not asked of who has one, nor on a device that can keep none', async () => {
    const person = await world().addAccount()
    assert.ok((await signIn(world().browser(), person, false)).page.isElsewhere)
    await givePasskey(world(), person)
    assert.ok((await signIn(world().browser(), person)).page.isElsewhere)
  })

  it('is not asked on the strength of a password alone of who has more to prove: a remembered device spares no step-up (Q64)', async () => {
    const person = await world().addAccount()
    const { tab: mine, home } = await openMyAccount(world(), person)
    const { secret } = await setUpTwoSteps(world(), mine, home)
    const browser = world().browser()
    const first = await signIn(browser, person, false)
    assert.ok((await first.submit({ code: codeNow(world(), secret), trust: 'yes' })).isElsewhere)
    await world().pass(60)
    const tab = await signIn(browser, person)
    assert.ok(tab.page.isElsewhere, tab.page.heading)
    const anew = await signIn(world().browser(), person)
    await anew.submit({ code: codeNow(world(), secret) })
    assert.equal(anew.page.heading, question)
  })

  it('is asked once in thirty days, and three times at most', async () => {
    const person = await world().addAccount()
    const browser = world().browser()
    for (const time of [1, 2, 3]) {
      const tab = await signIn(browser, person)
      assert.equal(tab.page.heading, question, `time ${time}`)
      assert.ok((await tab.submit({}, 'Not now')).isElsewhere)
      await world().pass(29 * day)
      assert.ok((await signIn(browser, person)).page.isElsewhere)
      await world().pass(day + 1)
    }
    assert.ok((await signIn(browser, person)).page.isElsewhere)
    assert.equal((await signIn(world().browser(), person)).page.heading, question)
  })

  it('is never asked again on a device whose owner said so', async () => {
    const person = await world().addAccount()
    const browser = world().browser()
    const tab = await signIn(browser, person)
    assert.ok((await tab.submit({}, 'Don’t ask again on this device')).isElsewhere)
    await world().pass(31 * day)
    assert.ok((await signIn(browser, person)).page.isElsewhere)
  })

  it('after a while of thinking makes none, and keeps nobody from going on (Q52)', async () => {
    const person = await world().addAccount()
    const tab = await signIn(world().browser(), person)
    await world().pass(302)
    const made = createAuthenticator({ origin: world().issuer }).create(
      await passkeyOptions(world(), tab),
    )
    assert.ok((await tab.submit({ credential: made })).isElsewhere)
    const { tenantId, id } = person.account
    assert.equal(await world().app.passkeys.count(tenantId, id), 0)
  })
})
