import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page, Tab } from '#test/support/browser.ts'
import { lastMail, linkIn, codeIn } from '#test/support/mail.ts'
import { openMyAccount } from '#test/support/my-account.ts'
import { setUpTwoSteps } from '#test/support/my-two-step.ts'
import { signIn, signInTo } from '#test/support/person.ts'
import { errorOf } from '#test/support/relying-party.ts'
import { password } from '#test/support/world.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

let tenants = 0

describeInWorlds('signing in with a code by mail', (world) => {
  type Scene = Awaited<ReturnType<typeof open>>

  /** A tenant that allows it, a person of it, and a browser on its way to an application. */
  async function open(emailCode: Tenant['settings']['email_code'] = 'offered') {
    tenants += 1
    const made = await world().addTenant(`code-${tenants}`)
    const settings = { ...made.settings, email_code: emailCode }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(attempt.url)
    return { tenant, person, rp, attempt, browser, tab }
  }

  async function askForCode({ tab, person, tenant }: Scene, email = person.email): Promise<string> {
    if (tab.page.heading === 'Sign in') await tab.submit({ email })
    await tab.submit({}, 'Use an email code instead')
    return codeIn(await lastMail(world(), tenant))
  }

  const otherThan = (code: string) => String((Number(code) + 1) % 1e6).padStart(6, '0')

  it('leads to the application, and says how it was proved', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    assert.match(scene.tab.page.text, /Check your email/)
    const back = await scene.tab.submit({ code: `${code.slice(0, 3)} ${code.slice(3)}` })
    const tokens = await scene.attempt.finish(back.url)
    const { sub, amr, acr } = tokens.claims() ?? assert.fail('no ID token')
    assert.deepEqual(
      [sub, amr, acr],
      [scene.person.account.id, ['otp'], 'urn:signet:acr:password'], // mail is no second factor (Q47)
    )
    const events = await world().app.audit.list(scene.tenant.id, { limit: 5 })
    const signedIn = events.find(({ type }) => type === 'login.succeeded')
    assert.deepEqual(signedIn?.detail, { method: 'email_code' })
  })

  it('is not there where the tenant has not switched it on', async () => {
    const scene = await open('off')
    const { tab, person, tenant } = scene
    await tab.submit({ email: person.email })
    assert.doesNotMatch(tab.page.text, /email code/)
    const uid = tab.page.url.pathname
    const csrf = tab.page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    for (const step of ['use-code', 'send-code', 'email-code']) {
      const page = await post(tab, `${uid}/${step}`, { csrf, code: '123456' })
      assert.match(page.text, /Enter your password/, step)
    }
    assert.equal(await lastMail(world(), tenant), undefined)
  })

  it('comes before the password where the tenant says so, for everybody alike (Q73)', async () => {
    for (const email of [undefined, 'nobody@example.test']) {
      const { tab, person, tenant } = await open('first')
      const page = await tab.submit({ email: email ?? person.email })
      assert.equal(page.heading, 'Check your email')
      const mail = await lastMail(world(), tenant)
      assert.equal(mail?.kind, email === undefined ? 'sign_in_code' : 'sign_in_unknown')
      await tab.submit({}, 'Use your password instead')
      assert.equal(tab.page.heading, 'Enter your password')
    }
  })

  it('asks a person who confirms it once more, and sends nothing before a button is pressed', async () => {
    const scene = await open('first')
    const { tab, person, rp, tenant } = scene
    await tab.submit({ email: person.email })
    await tab.submit({ code: codeIn(await lastMail(world(), tenant)) })
    await world().pass(601)
    const again = await rp.start({ prompt: 'login' })
    const page = await tab.open(again.url)
    assert.equal(page.heading, 'Sign in with a code')
    const before = (await world().mail.received()).length
    await tab.reload()
    assert.equal((await world().mail.received()).length, before)
    await tab.submit({}, 'Send a code')
    const back = await tab.submit({ code: codeIn(await lastMail(world(), tenant)) })
    assert.equal((await again.finish(back.url)).claims()?.sub, person.account.id)
  })

  it('says the same for an address nobody has, and never signs it in (Q73)', async () => {
    const pages: Page[] = []
    for (const email of [undefined, 'nobody@example.test']) {
      const scene = await open()
      const address = email ?? scene.person.email
      await scene.tab.submit({ email: address })
      await scene.tab.submit({}, 'Use an email code instead')
      pages.push(scene.tab.page)
      for (let n = 0; n < 5; n += 1)
        await scene.tab.submit({ code: '00000' + n }).catch(() => undefined)
      pages.push(scene.tab.page)
    }
    const words = (page: Page | undefined) =>
      page?.html.replaceAll(/[\w.]+@example\.test|[\w-]{21,}|code-\d+/g, '…')
    assert.equal(words(pages[0]), words(pages[2]))
    assert.equal(pages[0]?.status, pages[2]?.status)
    assert.equal(pages[1]?.alert, pages[3]?.alert)
  })

  it('says how many tries are left, then asks for a new code (Q47)', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    const { tab } = scene
    assert.match((await tab.submit({ code: '' })).text, /Enter the code/)
    assert.match((await tab.submit({ code: otherThan(code) })).text, /4 tries left/)
    for (let n = 0; n < 3; n += 1) await tab.submit({ code: otherThan(code) })
    assert.match(tab.page.text, /1 try left/)
    assert.match((await tab.submit({ code: otherThan(code) })).text, /tried too often/)
    assert.match((await tab.submit({ code })).text, /tried too often/)
    await world().pass(61)
    await tab.submit({}, 'Send a new code')
    const fresh = codeIn(await lastMail(world(), scene.tenant))
    assert.ok((await tab.submit({ code: fresh })).isElsewhere)
  })

  it('says when it has expired, and when a new one may be asked for', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    const { tab } = scene
    await tab.submit({}, 'Send a new code')
    assert.match(tab.page.alert ?? '', /You can ask for a new code in 1 minute/)
    await world().pass(601)
    assert.match((await tab.submit({ code })).alert ?? '', /has expired/)
  })

  it('refuses an account that was disabled after the code was sent (Q18)', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    const { id, tenantId } = scene.person.account
    await world().app.accounts.setStatus(tenantId, id, 'disabled', { kind: 'cli' })
    assert.match((await scene.tab.submit({ code })).text, /has expired/)
  })

  it('sends no code that helps to a disabled account (Q18)', async () => {
    const scene = await open()
    const { id, tenantId } = scene.person.account
    await world().app.accounts.setStatus(tenantId, id, 'disabled', { kind: 'cli' })
    await scene.tab.submit({ email: scene.person.email })
    await scene.tab.submit({}, 'Use an email code instead')
    assert.equal((await lastMail(world(), scene.tenant))?.kind, 'sign_in_unknown')
  })

  it('of twenty right answers at once signs in one (RFC 9700 §4.12)', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    const { tab, tenant } = scene
    const action = tab.page.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'))
    const csrf = action?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    const url = new URL(action?.action ?? '', tab.page.url)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        world().transport.fetch(url, {
          method: 'POST',
          body: new URLSearchParams({ csrf, code }),
          headers: {
            cookie: tab.cookieHeader(url),
            'sec-fetch-site': 'same-origin',
            origin: 'null',
          },
        }),
      ),
    )
    const events = await world().app.audit.list(tenant.id, { limit: 100 })
    assert.equal(events.filter(({ type }) => type === 'login.succeeded').length, 1)
  })

  it('mails to the stored address, with the code in the subject and a line for this host (Q58)', async () => {
    const scene = await open()
    const code = await askForCode(scene, scene.person.email.toUpperCase())
    const mail = (await lastMail(world(), scene.tenant)) ?? assert.fail('no mail')
    assert.equal(mail.to, scene.person.email)
    assert.match(mail.subject, new RegExp(`^${code.slice(0, 3)} ${code.slice(3)} is your`))
    assert.ok(mail.text.endsWith(`\n@localhost #${code}\n`))
    assert.ok(!mail.subject.includes(linkIn(mail).pathname))
  })

  it('opens by a link in the browser that asked, after a POST', async () => {
    const scene = await open()
    await askForCode(scene)
    const link = linkIn(await lastMail(world(), scene.tenant))
    assert.ok(link.href.startsWith(`${scene.tenant.issuer}/email/sign-in/`))
    const other = scene.browser.tab()
    for (const method of ['HEAD', 'GET']) {
      const headers = { cookie: other.cookieHeader(link) }
      assert.equal((await world().transport.fetch(link, { method, headers })).status, 200)
    }
    const page = await other.open(link)
    assert.match(page.text, new RegExp(scene.person.email))
    const back = await other.submit({}, 'Sign in')
    assert.equal((await scene.attempt.finish(back.url)).claims()?.sub, scene.person.account.id)
    assert.equal((await scene.browser.tab().open(link)).status, 410)
  })

  it('adds nothing to the password of somebody else who answers meanwhile (Q48)', async () => {
    const scene = await open()
    const { tab, tenant } = scene
    await askForCode(scene)
    const link = linkIn(await lastMail(world(), tenant))
    const victim = await world().addAccount(undefined, tenant)
    const mine = await openMyAccount(world(), victim, 'profile', { tenant })
    await setUpTwoSteps(world(), mine.tab, mine.home)
    await tab.submit({}, 'Use another address')
    await tab.submit({ email: victim.email })
    assert.equal((await tab.submit({ password })).heading, 'Confirm it’s you')
    const other = scene.browser.tab()
    await other.open(link)
    assert.equal((await other.submit({}, 'Sign in')).heading, 'Confirm it’s you')
    assert.match(other.page.text, /authenticator app shows now/)
  })

  it('shows another browser the code to type back, and gives it no session (Q57)', async () => {
    const scene = await open()
    const code = await askForCode(scene)
    const link = linkIn(await lastMail(world(), scene.tenant))
    const stranger = world().browser()
    const page = await stranger.tab().open(link)
    assert.match(page.text, new RegExp(`${code.slice(0, 3)} ${code.slice(3)}`))
    assert.deepEqual(page.forms, [])
    const posted = await post(stranger.tab(), link.pathname, { csrf: 'x' }, link)
    assert.equal(posted.status, 403)
    assert.deepEqual(stranger.cookies.list(), [])
    assert.ok((await scene.tab.submit({ code })).isElsewhere, 'and the code still works')
  })

  it('a link made up, or of another tenant, leads nowhere (DESIGN §3)', async () => {
    const scene = await open()
    await askForCode(scene)
    const link = linkIn(await lastMail(world(), scene.tenant))
    const { tenant } = await open()
    const token = link.pathname.split('/').at(-1)
    for (const address of [
      `${tenant.issuer}/email/sign-in/${token}`,
      `${scene.tenant.issuer}/email/sign-in/${'x'.repeat(43)}`,
    ]) {
      const page = await scene.browser.tab().open(address)
      assert.deepEqual([page.status, page.heading], [410, 'This link is over'])
    }
  })

  it('makes the mailbox’s owner the account’s only one, the first time (Q62)', async () => {
    const scene = await open()
    const { tenant, tab } = scene
    const person = await world().addAccount(undefined, tenant)
    const thief = world().browser().tab()
    const before = await signInTo(scene.rp, person, { world: world(), tab: thief })
    const unverified = await unverify(person)

    const code = await askForCode(scene, unverified.email)
    const back = await tab.submit({ code })
    const claims = (await scene.attempt.finish(back.url)).claims()
    assert.deepEqual([claims?.sub, claims?.['email_verified']], [unverified.account.id, true])

    const silent = await scene.rp.start({ prompt: 'none' })
    assert.equal((await thief.open(silent.url)).url.searchParams.get('error'), 'login_required')
    const { error } = await errorOf(scene.rp.refresh(String(before.tokens.refresh_token)))
    assert.equal(error, 'invalid_grant')
    const again = await scene.rp.start({ prompt: 'login' })
    await assert.rejects(signIn(thief, again.url, unverified), /don’t match/)
  })

  async function unverify(person: Person): Promise<Person> {
    const account = { ...person.account, emailVerified: false }
    await world().app.accounts.update(account, { kind: 'cli' })
    return { ...person, account }
  }

  async function post(
    tab: Tab,
    path: string,
    fields: Readonly<Record<string, string>>,
    base: URL = tab.page.url,
  ) {
    const url = new URL(path, base)
    const response = await world().transport.fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' },
    })
    if (response.status === 303)
      return tab.open(new URL(String(response.headers.get('location')), url))
    return { status: response.status, text: await response.text() }
  }
})
