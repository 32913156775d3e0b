import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import type { Page, Tab } from '#test/support/browser.ts'
import { isConsent, proveIdentity, signIn, signInTo } from '#test/support/person.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const wrong = 'this is not the password'

describeInWorlds('the conversation', (world) => {
  async function begin(tab: Tab = world().browser().tab(), parameters = {}) {
    const rp = await world().relyingParty('trusted')
    const attempt = await rp.start(parameters)
    return { tab, attempt, page: await tab.open(attempt.url) }
  }

  /** A form of the page, sent by hand. */
  async function post(tab: Tab, page: Page, change: PostChange = {}): Promise<Response> {
    const [form] = page.forms
    const fields = Object.fromEntries((form?.fields ?? []).map((f) => [f.name, f.value]))
    const body = new URLSearchParams({ ...fields, ...change.fields })
    for (const name of change.without ?? []) body.delete(name)
    return world().transport.fetch(new URL(change.action ?? String(form?.action), page.url), {
      method: 'POST',
      body,
      headers: { cookie: tab.cookieHeader(page.url), ...change.headers },
    })
  }

  type PostChange = {
    readonly fields?: Readonly<Record<string, string>>
    readonly without?: readonly string[]
    readonly headers?: Readonly<Record<string, string>>
    readonly action?: string
  }

  describe('in two tabs of one browser', () => {
    it('is two conversations, and both end well', async () => {
      const browser = world().browser()
      const first = await begin(browser.tab())
      const second = await begin(browser.tab())
      await first.tab.submit({ email: world().people.ada.email })
      const back2 = await proveIdentity(second.tab, world().people.ada)
      assert.ok((await second.attempt.finish(back2.url)).access_token)
      const back1 = await first.tab.submit({ password })
      assert.ok(back1.isElsewhere, back1.text)
      assert.ok((await first.attempt.finish(back1.url)).access_token)
    })

    it('with two people in them, the last one stays and neither gets the other one’s tokens', async () => {
      const browser = world().browser()
      const first = await begin(browser.tab())
      const second = await begin(browser.tab())
      const back1 = await proveIdentity(first.tab, world().people.ada)
      const { ada, grace } = world().people
      assert.equal((await first.attempt.finish(back1.url)).claims()?.sub, ada.account.id)
      const back2 = await proveIdentity(second.tab, grace)
      assert.ok(back2.isElsewhere, back2.text)
      assert.equal((await second.attempt.finish(back2.url)).claims()?.sub, grace.account.id)
      const third = await begin(browser.tab())
      assert.equal((await third.attempt.finish(third.page.url)).claims()?.sub, grace.account.id)
    })

    it('never takes a form of one for the other (Q67)', async () => {
      const browser = world().browser()
      const first = await begin(browser.tab())
      const second = await begin(browser.tab())
      const response = await post(first.tab, first.page, {
        action: String(second.page.forms[0]?.action),
        fields: { email: world().people.ada.email },
      })
      assert.ok([400, 403].includes(response.status), String(response.status))
    })
  })

  describe('after its end', () => {
    it('the Back button leads to a page that says so, and how to start again', async () => {
      const rp = await world().relyingParty('web')
      const tab = world().browser().tab()
      await signIn(tab, (await rp.start()).url, world().people.ada)
      const page = await tab.back()
      assert.equal(page.status, 400)
      assert.match(page.text, /out of date/)
      assert.match(page.text, /Payroll/)
      assert.match(page.html, /href="https:\/\/web\.example\.test\/"/)
    })

    it('sending its last form again signs nobody in twice', async () => {
      const { tab, attempt } = await begin()
      await tab.submit({ email: world().people.ada.email })
      const form = tab.page
      const back = await tab.submit({ password })
      assert.ok((await attempt.finish(back.url)).access_token)
      const response = await post(tab, form, { fields: { password } })
      assert.equal(response.status, 400)
    })

    it('while the same form is being verified, signs nobody in twice', async () => {
      const { tab, attempt } = await begin()
      await tab.submit({ email: world().people.ada.email })
      const form = tab.page
      const { passwords } = world().app
      const original = passwords.verify.bind(passwords)
      const spied = mock.method(
        passwords,
        'verify',
        async (input: Parameters<typeof original>[0]) => {
          spied.mock.restore()
          const verdict = await original(input)
          const back = await tab.submit({ password })
          assert.ok((await attempt.finish(back.url)).access_token)
          return verdict
        },
      )
      const response = await post(tab, form, { fields: { password } })
      assert.equal(response.status, 400)
      assert.match(await response.text(), /out of date/)
      assert.equal(spied.mock.callCount(), 1)
    })

    it('of its time, after half an hour, it says so (experience §1.6)', async () => {
      const { tab } = await begin()
      await world().pass(30 * 60 + 20)
      const page = await tab.submit({ email: world().people.ada.email })
      assert.equal(page.status, 400)
      assert.match(page.text, /out of date/)
      assert.equal((await tab.reload()).status, 400)
    })
  })

  it('that lost its cookies says what to do, not that the person did something wrong', async () => {
    const browser = world().browser()
    browser.acceptsCookies = false
    const { page } = await begin(browser.tab())
    assert.equal(page.status, 400)
    assert.match(page.text, /cookie/i)
    assert.match(page.text, new RegExp(new URL(world().issuer).host))
  })

  it('of another browser cannot be gone on with (Q48)', async () => {
    const { tab, page } = await begin()
    await tab.submit({ email: world().people.ada.email })
    const elsewhere = await world().browser().tab().open(page.url)
    assert.equal(elsewhere.status, 400)
    assert.doesNotMatch(elsewhere.text, /ada@/)
  })

  it('says the same for a wrong password and an unknown account (Q73)', async () => {
    const person = await world().addAccount()
    const pages: Page[] = []
    for (const email of [person.email, 'nobody@example.test', world().people.mallory.email]) {
      const { tab } = await begin()
      await tab.submit({ email })
      pages.push(await tab.submit({ password: wrong }))
    }
    const shape = ({ html, url }: Page) =>
      html.replaceAll(url.pathname, '').replace(/value="[^"]*"/g, '')
    const [known, unknown, disabled] = pages
    assert.match(String(known?.alert), /don.t match/)
    for (const other of [unknown, disabled]) {
      assert.equal(other?.status, known?.status)
      assert.equal(other && shape(other), known && shape(known))
      assert.deepEqual([...(other?.headers.keys() ?? [])], [...(known?.headers.keys() ?? [])])
    }
  })

  it('asks to wait after too many tries, with 429 and for how long (Q36)', async () => {
    for (const email of [(await world().addAccount()).email, 'nobody-at-all@example.test']) {
      const { tab } = await begin()
      await tab.submit({ email })
      for (let count = 0; count < 5; count += 1) await tab.submit({ password: wrong })
      const page = await tab.submit({ password })
      assert.equal(page.status, 429, email)
      assert.ok(Number(page.headers.get('retry-after')) >= 1)
      assert.match(String(page.alert), /[Ww]ait/)
    }
  })

  it('lets the right password in once the wait is over, and the account is not locked (Q36)', async () => {
    const person = await world().addAccount()
    const { tab, attempt } = await begin()
    await tab.submit({ email: person.email })
    for (let count = 0; count < 6; count += 1) await tab.submit({ password: wrong })
    await world().pass(20)
    const back = await tab.submit({ password })
    assert.ok(back.isElsewhere, back.text)
    assert.ok((await attempt.finish(back.url)).access_token)
  })

  it('lets in a browser that knows the account while strangers make it wait (Q37)', async () => {
    const person = await world().addAccount()
    const rp = await world().relyingParty('trusted')
    const own = world().browser().tab()
    await signInTo(rp, person, { world: world(), tab: own })
    await own.open(`${world().issuer}/logout`)
    await own.submit({}, /^Sign out/)

    const stranger = await begin()
    await stranger.tab.submit({ email: person.email })
    for (let count = 0; count < 6; count += 1) await stranger.tab.submit({ password: wrong })
    assert.equal((await stranger.tab.submit({ password })).status, 429)

    const { tab, attempt } = await begin(own)
    await tab.submit({}, new RegExp(person.email))
    const back = await tab.submit({ password })
    assert.ok(back.isElsewhere, back.text)
    assert.ok((await attempt.finish(back.url)).access_token)
  })

  describe('takes no form', () => {
    const cases = {
      'without its token': { without: ['csrf'] },
      'with another token': { fields: { csrf: 'A'.repeat(43) } },
      'from another site, says the browser': { headers: { 'sec-fetch-site': 'cross-site' } },
      'from a sibling site': { headers: { 'sec-fetch-site': 'same-site' } },
      'from another origin': { headers: { origin: 'https://evil.example.test' } },
    }
    for (const [name, change] of Object.entries(cases)) {
      it(`${name} (Q67)`, async () => {
        const { tab, page } = await begin()
        const { email } = world().people.ada
        const response = await post(tab, page, {
          ...change,
          fields: { email, ...('fields' in change ? change.fields : {}) },
        })
        assert.equal(response.status, 403)
        assert.equal((await post(tab, page, { fields: { email } })).status, 303, 'but this one')
      })
    }

    it('of consent without its token either', async () => {
      const rp = await world().relyingParty('web')
      const tab = world().browser().tab()
      const person = await world().addAccount()
      await tab.open((await rp.start()).url)
      const page = await proveIdentity(tab, person)
      assert.ok(isConsent(page))
      const form = page.forms.find(({ action }) => action.endsWith('/consent'))
      const change = { action: String(form?.action), fields: { decision: 'allow', csrf: 'x' } }
      assert.equal((await post(tab, page, change)).status, 403)
      const events = await world().app.audit.list(world().main.id, { limit: 5 })
      assert.ok(!events.some((e) => e.accountId === person.account.id && /granted/.test(e.type)))
    })
  })

  it('decides the next step by itself: what was not asked is not taken (Q48, Q55)', async () => {
    const { tab, page } = await begin()
    const early = await post(tab, page, {
      action: `${page.url.pathname}/password`,
      fields: { email: world().people.ada.email, password },
    })
    assert.equal(early.status, 303)
    assert.equal(new URL(String(early.headers.get('location')), page.url).href, page.url.href)

    const consent = await post(tab, page, {
      action: `${page.url.pathname}/consent`,
      fields: { decision: 'allow' },
    })
    assert.equal(new URL(String(consent.headers.get('location')), page.url).href, page.url.href)
    assert.ok((await tab.reload()).forms[0]?.fields.some(({ name }) => name === 'email'))
  })

  it('says what is missing or not an address, next to the field', async () => {
    const { tab } = await begin()
    const empty = await tab.submit({ email: '' })
    assert.match(empty.html, /aria-invalid="true"/)
    assert.match(empty.title, /^Error: /)
    const invalid = await tab.submit({ email: 'ada at home' })
    assert.match(invalid.html, /aria-invalid="true"/)
    assert.match(invalid.html, /value="ada at home"/)
    await tab.submit({ email: world().people.ada.email })
    const noPassword = await tab.submit({ password: '' })
    assert.match(noPassword.html, /aria-invalid="true"/)
  })

  it('keeps what is typed out of reach of a store that cannot hold it (F11)', async () => {
    const { tab, page } = await begin()
    for (const email of ['a\0b@example.test', 'a\u0007@example.test', 'x'.repeat(10_000)]) {
      const response = await post(tab, page, { fields: { email } })
      assert.ok(response.status < 500, String(response.status))
    }
    await tab.submit({ email: world().people.ada.email })
    for (const secret of ['\0'.repeat(20), '\ud800'.repeat(20), 'x'.repeat(3000)]) {
      const response = await post(tab, tab.page, { fields: { password: secret } })
      assert.ok(response.status < 500, String(response.status))
    }
  })
})
