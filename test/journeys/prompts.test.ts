import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page, Tab } from '#test/support/browser.ts'
import { isConsent, proveIdentity, signInTo } from '#test/support/person.ts'
import type { Attempt } from '#test/support/relying-party.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

type Parameters = Readonly<Record<string, string>>

describeInWorlds('an application asks', (world) => {
  /** A tab of a browser on which somebody is signed in to `trusted`, which asks no consent. */
  async function signedIn(person: Person = world().people.ada): Promise<Tab> {
    const rp = await world().relyingParty('trusted')
    return (await signInTo(rp, person, { world: world() })).tab
  }

  async function ask(tab: Tab, parameters: Parameters): Promise<{ page: Page; attempt: Attempt }> {
    const rp = await world().relyingParty('trusted')
    const attempt = await rp.start(parameters)
    return { page: await tab.open(attempt.url), attempt }
  }

  const fieldsOf = (page: Page) => page.forms.flatMap(({ fields }) => fields.map((f) => f.name))
  const isPassword = (page: Page) => fieldsOf(page).includes('password')
  const isIdentifier = (page: Page) => fieldsOf(page).includes('email') && !isPassword(page)

  it('nothing of a person who is signed in: single sign-on', async () => {
    const tab = await signedIn()
    const { page, attempt } = await ask(tab, {})
    assert.ok(page.isElsewhere, page.text)
    assert.equal((await attempt.finish(page.url)).claims()?.sub, world().people.ada.account.id)
  })

  describe('with prompt=none, without a page (OIDC Core §3.1.2.1):', () => {
    it('nobody is signed in: login_required', async () => {
      const { page } = await ask(world().browser().tab(), { prompt: 'none' })
      assert.equal(page.url.searchParams.get('error'), 'login_required')
      assert.equal(page.url.searchParams.get('iss'), world().issuer)
    })

    it('somebody is: a code', async () => {
      const { page } = await ask(await signedIn(), { prompt: 'none' })
      assert.ok(page.url.searchParams.get('code'))
    })

    it('they did not allow it yet: consent_required', async () => {
      const tab = await signedIn(await world().addAccount())
      const rp = await world().relyingParty('web')
      const page = await tab.open((await rp.start({ prompt: 'none' })).url)
      assert.equal(page.url.searchParams.get('error'), 'consent_required')
    })

    it('they signed in too long ago: login_required', async () => {
      const tab = await signedIn()
      await world().pass(120)
      const { page } = await ask(tab, { prompt: 'none', max_age: '60' })
      assert.equal(page.url.searchParams.get('error'), 'login_required')
    })

    it('together with another prompt: invalid_request', async () => {
      const { page } = await ask(await signedIn(), { prompt: 'none login' })
      assert.equal(page.url.searchParams.get('error'), 'invalid_request')
    })

    it('for another person than the hint names: login_required', async () => {
      const rp = await world().relyingParty('trusted')
      const grace = await signInTo(rp, world().people.grace, { world: world() })
      const { page } = await ask(await signedIn(), {
        prompt: 'none',
        id_token_hint: String(grace.tokens.id_token),
      })
      assert.equal(page.url.searchParams.get('error'), 'login_required')
    })
  })

  describe('for the password once more', () => {
    it('with prompt=login, of the person who is signed in', async () => {
      const tab = await signedIn()
      await world().pass(600)
      const { page, attempt } = await ask(tab, { prompt: 'login' })
      assert.ok(isPassword(page), page.text)
      assert.match(page.html, /value="ada@example\.test"/)
      const back = await tab.submit({ password })
      const claims = (await attempt.finish(back.url)).claims()
      assert.equal(claims?.auth_time, Math.floor(world().clock.now() / 1000))
    })

    it('with max_age, when it has passed; the ID token tells when (OIDC Core §3.1.2.1)', async () => {
      const tab = await signedIn()
      await world().pass(100)
      assert.ok((await ask(tab, { max_age: '200' })).page.isElsewhere)
      const { page, attempt } = await ask(tab, { max_age: '50' })
      assert.ok(isPassword(page), page.text)
      const back = await tab.submit({ password })
      const tokens = await attempt.finish(back.url, { maxAge: 50 })
      assert.equal(tokens.claims()?.auth_time, Math.floor(world().clock.now() / 1000))
    })

    it('with max_age=0, always', async () => {
      const { page } = await ask(await signedIn(), { max_age: '0' })
      assert.ok(isPassword(page), page.text)
    })

    it('and a wrong one does not do, nor does coming back without one', async () => {
      const tab = await signedIn()
      await ask(tab, { prompt: 'login' })
      const page = await tab.submit({ password: 'not the password at all' })
      assert.equal(page.isElsewhere, false)
      assert.ok(isPassword(page))
      const resume = page.url.href.replace('/interaction/', '/authorize/')
      const skipped = await tab.open(resume)
      assert.equal(skipped.url.searchParams.has('code'), false)
    })

    it('and another person may answer: then it is their sign-in', async () => {
      const tab = await signedIn()
      const { attempt } = await ask(tab, { prompt: 'login' })
      await tab.submit({}, /Change/)
      const back = await proveIdentity(tab, world().people.grace)
      assert.ok(back.isElsewhere, back.text)
      const tokens = await attempt.finish(back.url)
      assert.equal(tokens.claims()?.sub, world().people.grace.account.id)
    })
  })

  describe('which account, with prompt=select_account', () => {
    it('and the one who is signed in is a click away', async () => {
      const tab = await signedIn()
      const { page, attempt } = await ask(tab, { prompt: 'select_account' })
      assert.match(page.text, /ada@example\.test/)
      const back = await tab.submit({}, /ada@example\.test/)
      assert.ok(back.isElsewhere, back.text)
      const tokens = await attempt.finish(back.url)
      assert.equal(tokens.claims()?.sub, world().people.ada.account.id)
    })

    it('and another one signs in', async () => {
      const tab = await signedIn()
      const { attempt } = await ask(tab, { prompt: 'select_account' })
      await tab.submit({}, 'Use another account')
      await tab.submit({ email: world().people.grace.email })
      const back = await tab.submit({ password })
      assert.ok(back.isElsewhere, back.text)
      const tokens = await attempt.finish(back.url)
      assert.equal(tokens.claims()?.sub, world().people.grace.account.id)
    })

    it('and nobody is known here: who it is', async () => {
      const { page } = await ask(world().browser().tab(), { prompt: 'select_account' })
      assert.ok(isIdentifier(page), page.text)
    })

    it('and who signed out is still offered, with the password, and can be removed', async () => {
      const tab = await signedIn()
      await tab.open(`${world().issuer}/logout`)
      await tab.submit({}, /^Sign out/)
      const { page } = await ask(tab, {})
      assert.match(page.text, /ada@example\.test.*Signed out/)
      assert.ok(isPassword(await tab.submit({}, /ada@example\.test Signed out/)))

      const again = await ask(tab, { prompt: 'select_account' })
      assert.match(again.page.text, /ada@example\.test/)
      const removed = await tab.submit({}, /^Remove/)
      assert.doesNotMatch(removed.text, /ada@example\.test/)
    })

    it('and an account that is not on the list is no answer', async () => {
      const tab = await signedIn()
      const { page } = await ask(tab, { prompt: 'select_account' })
      const [form] = page.forms
      const response = await world().transport.fetch(new URL(String(form?.action), page.url), {
        method: 'POST',
        headers: { cookie: tab.cookieHeader(page.url) },
        body: new URLSearchParams({
          csrf: String(form?.fields[0]?.value),
          account: world().people.grace.account.id,
        }),
      })
      assert.equal(response.status, 400)
    })
  })

  describe('in its own way:', () => {
    it('login_hint fills in the address and proves nothing', async () => {
      const hint = 'somebody@example.test'
      const { page } = await ask(world().browser().tab(), { login_hint: hint })
      assert.ok(isIdentifier(page))
      const field = page.forms[0]?.fields.find(({ name }) => name === 'email')
      assert.equal(field?.value, hint)
    })

    it('login_hint of any shape is shown as text (Q72)', async () => {
      const hint = '"><script>alert(1)</script>'
      const { page } = await ask(world().browser().tab(), { login_hint: hint })
      assert.doesNotMatch(page.html, /<script>alert/)
    })

    it('ui_locales decides the language of every page', async () => {
      const browser = world().browser()
      const tab = browser.tab()
      const rp = await world().relyingParty('web')
      const { url } = await rp.start({ ui_locales: 'fr-CA de-AT en' })
      assert.equal((await tab.open(url)).lang, 'de')
      assert.match(tab.page.text, /Anmelden/)
      assert.equal((await tab.submit({ email: world().people.ada.email })).lang, 'de')
      const consent = await tab.submit({ password })
      assert.equal(consent.lang, 'de')
    })

    it('the language of the browser decides where the application says nothing', async () => {
      const browser = world().browser()
      browser.languages = 'de-CH,de;q=0.9,en;q=0.5'
      assert.equal((await ask(browser.tab(), {})).page.lang, 'de')
    })

    it('acr_values is a wish: what was proved is told (OIDC Core §3.1.2.1, Q49)', async () => {
      const tab = await signedIn()
      const { page, attempt } = await ask(tab, { acr_values: 'urn:signet:acr:mfa' })
      assert.ok(page.isElsewhere, page.text)
      const claims = (await attempt.finish(page.url)).claims()
      assert.equal(claims?.['acr'], 'urn:signet:acr:password')
    })

    it('an essential acr that cannot be reached is an error, never a lie (OIDC Core §5.5.1.1)', async () => {
      const claims = { id_token: { acr: { essential: true, values: ['urn:signet:acr:mfa'] } } }
      const tab = await signedIn()
      await ask(tab, { claims: JSON.stringify(claims) })
      const page = await tab.submit({}, 'Go back without it')
      assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
    })

    it('an essential acr that can be is', async () => {
      const acr = { essential: true, value: 'urn:signet:acr:password' }
      const { page, attempt } = await ask(await signedIn(), {
        claims: JSON.stringify({ id_token: { acr } }),
      })
      const claims = (await attempt.finish(page.url)).claims()
      assert.equal(claims?.['acr'], 'urn:signet:acr:password')
    })

    it('prompt=login consent asks both, one after the other', async () => {
      const tab = await signedIn()
      const { page } = await ask(tab, { prompt: 'login consent' })
      assert.ok(isPassword(page))
      assert.ok(isConsent(await tab.submit({ password })))
      assert.ok((await tab.submit({}, 'Allow')).url.searchParams.get('code'))
    })

    it('what nobody understands is refused, by name', async () => {
      for (const parameters of [
        { prompt: 'dance' },
        { max_age: '-1' },
        { max_age: 'soon' },
        { claims: '{' },
        { response_type: 'token' },
        { code_challenge_method: 'plain' },
        { response_mode: 'smoke' },
      ]) {
        const { page } = await ask(world().browser().tab(), parameters)
        const answer = new URLSearchParams(page.url.hash.slice(1) || page.url.search)
        assert.ok(page.isElsewhere ? answer.has('error') : page.status === 400, page.url.href)
        assert.equal(answer.has('code'), false)
      }
    })
  })
})
