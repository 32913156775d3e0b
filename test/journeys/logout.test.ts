import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { startLogoutListener } from '#test/support/logout-listener.ts'
import { signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import type { RelyingParty } from '#test/support/relying-party.ts'
import type { Browser } from '#test/support/browser.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const bye = 'https://web.example.test/bye'

describeInWorlds('signing out', (world) => {
  async function signedIn(parameters: Readonly<Record<string, string>> = {}) {
    const rp = await world().relyingParty('web')
    const browser = world().browser()
    const { ada } = world().people
    const options = { world: world(), tab: browser.tab(), parameters }
    return { rp, browser, ...(await signInTo(rp, ada, options)) }
  }

  async function isSignedIn(rp: RelyingParty, browser: Browser): Promise<boolean> {
    const page = await browser.tab().open((await rp.start({ prompt: 'none' })).url)
    return page.url.searchParams.has('code')
  }

  it('is one click with the ID token of this very person, and leads where the application says (RP-Initiated Logout 1.0 §2)', async () => {
    const { rp, browser, tab, tokens } = await signedIn()
    const page = await tab.open(
      rp.logoutUrl({
        id_token_hint: String(tokens.id_token),
        post_logout_redirect_uri: bye,
        state: 'abc',
      }),
    )
    assert.equal(page.url.href, `${bye}?state=abc`)
    assert.equal(browser.cookies.find('signet'), undefined)
    assert.equal(await isSignedIn(rp, browser), false)
  })

  it('takes an ID token that has expired as a hint (RP-Initiated Logout 1.0 §2)', async () => {
    const { rp, tab, tokens } = await signedIn()
    await world().pass(3600)
    const page = await tab.open(
      rp.logoutUrl({ id_token_hint: String(tokens.id_token), post_logout_redirect_uri: bye }),
    )
    assert.ok(page.url.href.startsWith(bye), page.text)
  })

  it('is confirmed by the person when nobody proves who asks (Q71)', async () => {
    const { rp, browser, tab } = await signedIn()
    const page = await tab.open(`${world().issuer}/logout`)
    assert.match(page.text, /ada@example\.test/)
    assert.match(page.text, /Payroll/)
    assert.equal(await isSignedIn(rp, browser), true, 'asking alone does nothing')
    const done = await tab.submit({}, /^Sign out/)
    assert.equal(done.status, 200)
    assert.equal(await isSignedIn(rp, browser), false)
  })

  it('is not done when the person stays', async () => {
    const { rp, browser, tab } = await signedIn()
    await tab.open(`${world().issuer}/logout`)
    const page = await tab.submit({}, /^Stay/)
    assert.equal(page.status, 200)
    assert.match(page.text, /signed in to Signet as ada@example\.test/)
    assert.equal(await isSignedIn(rp, browser), true)
  })

  it('is confirmed when the ID token is of somebody else', async () => {
    const { rp, browser, tab } = await signedIn()
    const other = await signInTo(rp, world().people.grace, { world: world() })
    const hint = String(other.tokens.id_token)
    const page = await tab.open(
      rp.logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: bye }),
    )
    assert.equal(page.isElsewhere, false)
    assert.equal(await isSignedIn(rp, browser), true)
  })

  it('never leads to an address that is not registered, to the letter (ASVS 10.6.2)', async () => {
    const { rp, browser, tab, tokens } = await signedIn()
    for (const uri of [`${bye}/`, `${bye}?a=b`, 'https://evil.example.test/']) {
      const page = await tab.open(
        rp.logoutUrl({ id_token_hint: String(tokens.id_token), post_logout_redirect_uri: uri }),
      )
      assert.equal(page.isElsewhere, false)
      assert.equal(page.status, 400)
    }
    assert.equal(await isSignedIn(rp, browser), true)
  })

  it('does not believe a form without the token of the page (Q67)', async () => {
    const { rp, browser, tab } = await signedIn()
    await tab.open(`${world().issuer}/logout`)
    const page = await tab.submit({ xsrf: 'x' }, /^Sign out/)
    assert.equal(page.status, 400)
    assert.equal(await isSignedIn(rp, browser), true)
  })

  it('of nobody says so at once, without a script', async () => {
    const tab = world().browser().tab()
    const page = await tab.open(`${world().issuer}/logout`)
    assert.equal(page.status, 200)
    assert.match(page.heading, /signed out/i)
  })

  it('takes the refresh token of the session with it; offline_access outlives it (OIDC Core §11)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('web')
    const tab = world().browser().tab()
    const parameters = { scope: 'openid offline_access', prompt: 'consent' }
    const bound = (await signInTo(rp, person, { world: world(), tab })).tokens
    const other = await world().relyingParty(await world().addClient('web', {}))
    const lasting = (await signInTo(other, person, { world: world(), tab, parameters })).tokens

    await tab.open(`${world().issuer}/logout`)
    await tab.submit({}, /^Sign out/)

    assert.equal((await errorOf(rp.refresh(String(bound.refresh_token)))).error, 'invalid_grant')
    assert.equal((await rp.introspect(bound.access_token)).active, false)
    assert.equal((await errorOf(rp.userinfo(bound))).status, 401)
    assert.ok((await other.refresh(String(lasting.refresh_token))).access_token)
  })

  it('on one device leaves another device signed in', async () => {
    const first = await signedIn()
    const second = await signedIn()
    await first.tab.open(`${world().issuer}/logout`)
    await first.tab.submit({}, /^Sign out/)
    assert.equal(await isSignedIn(second.rp, second.browser), true)
    assert.ok((await second.rp.refresh(String(second.tokens.refresh_token))).access_token)
  })

  describe('tells the applications behind the scenes', () => {
    it('with a token that names the session, from the outbox, again after a failure (Back-Channel Logout 1.0, Q86)', async () => {
      await using listener = await startLogoutListener()
      const client = await world().addClient('web', {
        backchannel_logout_uri: listener.url,
        backchannel_logout_session_required: true,
      })
      const rp = await world().relyingParty(client)
      const { ada } = world().people
      const { tab, tokens } = await signInTo(rp, ada, { world: world() })
      await tab.open(`${world().issuer}/logout`)
      await tab.submit({}, /^Sign out/)
      assert.equal(listener.tokens.length, 0, 'not within the request of the person')

      listener.answer(500)
      await world().web.logoutDelivery.runOnce()
      assert.equal(listener.tokens.length, 1)
      await world().web.logoutDelivery.runOnce()
      assert.equal(listener.tokens.length, 1, 'not at once again')
      await world().pass(61)
      await world().web.logoutDelivery.runOnce()
      assert.equal(listener.tokens.length, 2)
      await world().pass(3600)
      await world().web.logoutDelivery.runOnce()
      assert.equal(listener.tokens.length, 2, 'delivered once')

      const response = await world().transport.fetch(`${world().issuer}/jwks`)
      const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
      const { payload } = await jwtVerify(String(listener.tokens[0]), keys, {
        typ: 'logout+jwt',
        issuer: world().issuer,
        audience: client.clientId,
        currentDate: new Date(world().clock.now() - 3661_000),
      })
      assert.equal(payload.sub, ada.account.id)
      assert.equal(payload['sid'], tokens.claims()?.['sid'])
      assert.ok('http://schemas.openid.net/event/backchannel-logout' in Object(payload['events']))
      assert.equal('nonce' in payload, false)
    })

    it('not when the person stays signed in', async () => {
      await using listener = await startLogoutListener()
      const client = await world().addClient('web', { backchannel_logout_uri: listener.url })
      const rp = await world().relyingParty(client)
      const { tab } = await signInTo(rp, world().people.ada, { world: world() })
      await tab.open(`${world().issuer}/logout`)
      await tab.submit({}, /^Stay/)
      await world().web.logoutDelivery.runOnce()
      assert.equal(listener.tokens.length, 0)
    })
  })
})
