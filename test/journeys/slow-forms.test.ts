import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf } from '#test/support/api.ts'
import { csrfOf, openMyAccount } from '#test/support/my-account.ts'
import { codeNow, setUpTwoSteps } from '#test/support/my-two-step.ts'
import { givePasskey, passkeyOptions } from '#test/support/passkey-sign-in.ts'
import { slowForm, slowPost } from '#test/support/slow-post.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }

/** What was allowed when a form began to come is not what is allowed when it has come. */
describeInWorlds('a form that comes slowly', (world) => {
  it('adds nobody else’s proof to a password (Q48)', async () => {
    const victim = await world().addAccount()
    const { tab: own, home } = await openMyAccount(world(), victim)
    await setUpTwoSteps(world(), own, home)
    const authenticator = await givePasskey(world(), await world().addAccount())

    const rp = await world().relyingParty('trusted')
    const tab = world().browser().tab()
    await tab.open((await rp.start()).url)
    const credential = authenticator.get(await passkeyOptions(world(), tab))
    const url = new URL(`${tab.page.url.href}/passkey`)
    const form = { csrf: csrfOf(tab.page), credential }
    const late = await slowForm(world(), tab, { url, form })
    await tab.submit({ email: victim.email })
    assert.equal((await tab.submit({ password })).heading, 'Confirm it’s you')
    await late.end()
    assert.match((await tab.reload()).text, /authenticator app shows now/)
  })

  it('draws no key for who has not proved the factor that is there by now (Q45, Q64)', async () => {
    const person = await world().addAccount()
    const { tab: own, home } = await openMyAccount(world(), person)
    const { tab } = await openMyAccount(world(), person, 'authenticator')
    const url = new URL(`${home}/authenticator/begin`)
    const late = await slowForm(world(), tab, { url, form: { csrf: csrfOf(tab.page) } })
    await setUpTwoSteps(world(), own, home)
    assert.match((await late.end()).location, /\/authorize\?.*prompt=login.*acr_values/)
  })
  it('confirms no app in a session that has ended (Q45, Q65)', async () => {
    const person = await world().addAccount()
    const api = apiOf(world(), await world().addClient('spa', trusted))
    const token = (await api.logIn(person)).text('access_token')
    const secret = (await api.post('/2fa/setup', { token })).text('secret')
    const late = await slowPost(world(), new URL(`${world().issuer}/api/v1/2fa/verify`), {
      body: JSON.stringify({ code: codeNow(world(), secret) }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    })
    const { tenantId, id } = person.account
    const [session] = await world().app.sessions.list({ tenantId, id })
    assert.ok(session)
    const by = { actor: { kind: 'account', id } } as const
    assert.equal(await world().app.sessions.end({ tenantId, id }, session.uid, by), 'ended')
    assert.equal((await late.end()).status, 401)
    assert.equal(await world().app.totp.isEnrolled(tenantId, id), false)
  })
})
