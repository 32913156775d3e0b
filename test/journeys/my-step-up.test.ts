import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import type { Enrolled } from '#test/support/enrolled.ts'
import { csrfOf, postByHand } from '#test/support/my-account.ts'
import { givePasskey, passkeyOptions } from '#test/support/passkey-sign-in.ts'
import { proveIdentity } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import type { Browser, Tab } from '#test/support/browser.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const confirm = 'Confirm it’s you'

/** Q64: with the strongest that somebody has, five minutes old at most. */
describeInWorlds('what opens an account, changed in My account (Q64)', (world) => {
  /** Signs in to My account by password and app, and has the device remembered. */
  async function trusting(owner: Enrolled): Promise<Browser> {
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(`${world().issuer}/account/profile`)
    await proveIdentity(tab, owner.person)
    await tab.submit({}, 'Use your authenticator app')
    await byApp(tab, owner, { trust: 'yes' })
    assert.equal(tab.page.url.pathname, '/account/profile', tab.page.text)
    return browser
  }

  async function byApp(tab: Tab, owner: Enrolled, more: Readonly<Record<string, string>> = {}) {
    assert.equal(tab.page.heading, confirm)
    return tab.submit({ code: await owner.code(), ...more })
  }

  /** The session of before is gone; the device is remembered: a password opens My account. */
  async function byPasswordAlone(owner: Enrolled): Promise<Tab> {
    const browser = await trusting(owner)
    const tab = browser.tab()
    await tab.open(`${world().issuer}/account/profile`)
    await tab.submit({}, 'Sign out')
    await tab.open(`${world().issuer}/account/passkeys`)
    await proveIdentity(tab, owner.person)
    assert.equal(tab.page.url.pathname, '/account/passkeys', tab.page.text)
    return tab
  }

  it('is not, by who came in with a password on a remembered device', async () => {
    const owner = await enrolledPerson(world())
    const tab = await byPasswordAlone(owner)
    const csrf = csrfOf(tab.page)
    const { accountId, tenantId } = {
      accountId: owner.person.account.id,
      tenantId: world().main.id,
    }
    const before = await world().app.passkeys.list({ tenantId, accountId })
    const [passkey] = before
    assert.ok(passkey)
    const fields = { csrf, id: passkey.credentialId, credential_id: passkey.credentialId }
    const news = { password, new_password: 'another walk along the shore' }
    for (const [action, form] of [
      ['passkeys/remove', fields],
      ['two-step/turn-off', { csrf }],
      ['password', { csrf, ...news }],
      ['leave', { csrf }],
    ] as const) {
      const answer = await postByHand(world(), tab, `${world().issuer}/account/${action}`, { form })
      const location = answer.headers.get('location') ?? ''
      if (answer.status === 404) assert.fail(`${action} is no address`)
      assert.match(
        location,
        /\/authorize\?.*prompt=login/,
        `${action} ${answer.status} ${location}`,
      )
      assert.equal(new URL(location, world().issuer).searchParams.get('acr_values'), acrMultiFactor)
    }
    assert.deepEqual(await world().app.passkeys.list({ tenantId, accountId }), before)
    assert.equal(await world().app.totp.isEnrolled(tenantId, accountId), true)
  })

  it('is not, where a second step is required and one passkey is all there is', async () => {
    const made = await world().addTenant('one-passkey')
    const tenant = { ...made, settings: { ...made.settings, second_factor: 'required' as const } }
    await world().app.tenants.update(tenant)
    const person = await world().addAccount(undefined, tenant)
    const authenticator = await givePasskey(world(), person)
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(`${tenant.issuer}/account/profile`)
    await proveIdentity(tab, person)
    const credential = authenticator.get(await passkeyOptions(world(), tab))
    await tab.submit({ credential, trust: 'yes' })
    await tab.submit({}, 'Sign out')
    await tab.open(`${tenant.issuer}/account/authenticator`)
    await proveIdentity(tab, person)
    assert.match(tab.page.html, /\/account\/confirm\/authenticator/)
    const csrf = csrfOf(tab.page)
    const answer = await postByHand(world(), tab, `${tab.page.url.href}/begin`, { form: { csrf } })
    assert.match(answer.headers.get('location') ?? '', /\/authorize\?.*acr_values/)
  })

  it('is, once the second step is proved: a remembered device spares no step-up', async () => {
    const owner = await enrolledPerson(world())
    const tab = await byPasswordAlone(owner)
    await tab.open(`${world().issuer}/account/confirm/passkeys`)
    await tab.submit({ password })
    await byApp(tab, owner)
    assert.equal(tab.page.url.pathname, '/account/passkeys', tab.page.text)
    assert.match(tab.page.text, /Add a passkey|Another passkey/)
    await world().pass(301)
    await tab.reload()
    assert.match(tab.page.html, /\/account\/confirm\/passkeys/)
  })

  it('is, by a password alone where that is all there is', async () => {
    const person = await world().addAccount()
    const tab = world().browser().tab()
    await tab.open(`${world().issuer}/account/passkeys`)
    await proveIdentity(tab, person)
    assert.doesNotMatch(tab.page.html, /\/account\/confirm\/passkeys/)
  })
})
