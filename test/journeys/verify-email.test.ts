import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import { otherThan } from '#test/support/email-codes.ts'
import { codeIn, lastMail, mailsTo } from '#test/support/mail.ts'
import { proveIdentity, signInTo } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

let tenants = 0
const cli = { kind: 'cli' } as const

describeInWorlds('the first sign-in to an account that was made for somebody (Q62)', (world) => {
  type Scene = Awaited<ReturnType<typeof open>>

  /** A person whose address nobody has proved, and a browser on its way to an application. */
  async function open(emailCode: Tenant['settings']['email_code'] = 'off') {
    tenants += 1
    const made = await world().addTenant(`verify-${tenants}`)
    const settings = { ...made.settings, email_code: emailCode }
    await world().app.tenants.update({ ...made, settings })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    await world().app.accounts.update({ ...person.account, emailVerified: false }, cli)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(attempt.url)
    return { tenant, person, rp, attempt, browser, tab }
  }

  const mailedCode = async ({ tenant }: Scene) => codeIn(await lastMail(world(), tenant))

  async function verifiedEvents({ tenant, person }: Scene) {
    const events = await world().app.audit.list(tenant.id, { limit: 100 })
    return events.filter(
      ({ type, accountId }) => type === 'account.email_verified' && accountId === person.account.id,
    )
  }

  it('asks for a code from its mailbox after the password: once, and the password stays', async () => {
    const scene = await open()
    const { tab, person, attempt, rp, browser } = scene
    const page = await proveIdentity(tab, person)
    assert.equal(page.heading, 'Check your email')
    assert.ok(page.text.includes(person.email))
    assert.doesNotMatch(page.text, /password instead/)
    const mail = await lastMail(world(), scene.tenant)
    assert.deepEqual([mail?.kind, mail?.to], ['verify_email_code', person.email])
    assert.doesNotMatch(mail?.text ?? '', /\/email\//, 'no link')

    const code = await mailedCode(scene)
    assert.match((await tab.submit({ code: otherThan(code) })).text, /4 tries left/)
    const back = await tab.submit({ code })
    const claims = (await attempt.finish(back.url)).claims()
    assert.deepEqual(
      [claims?.sub, claims?.['email_verified'], claims?.['amr'], claims?.['acr']],
      [person.account.id, true, ['pwd', 'otp'], 'urn:signet:acr:password'], // mail is no second factor (Q47)
    )
    const [event, ...others] = await verifiedEvents(scene)
    assert.deepEqual([event?.ip, others], [browser.address, []])
    assert.ok(await signInTo(rp, person, { world: world() }), 'and never again')
  })

  it('lets nobody in who only has the password, by no way', async () => {
    const scene = await open()
    const { tab, person, rp, browser, tenant } = scene
    await proveIdentity(tab, person)
    assert.equal((await tab.reload()).heading, 'Check your email')
    const silent = await rp.start({ prompt: 'none' })
    const { url } = await browser.tab().open(silent.url)
    assert.equal(url.searchParams.get('error'), 'login_required')

    const trusted = { first_party: true, api_login: true }
    const api = apiOf(world(), await world().addClient('web', trusted, tenant))
    const answer = await api.logIn(person)
    assert.match(refusalOf(answer), /api\.mfa_required/)
    const { details } = answer.json['error'] as { details: { methods: string[] } }
    assert.deepEqual(details.methods, ['email_code'])
    assert.deepEqual(await verifiedEvents(scene), [])
  })

  it('takes no code of another browser, and none to sign in with (CVE-2026-4282)', async () => {
    const scene = await open('offered')
    const { tab, person, rp } = scene
    await tab.submit({ email: person.email })
    await tab.submit({}, 'Use an email code instead')
    const toSignIn = await mailedCode(scene)
    await world().pass(1)
    await tab.submit({}, 'Use your password instead')
    await tab.submit({ password: person.password })
    const own = await mailedCode(scene)
    assert.notEqual(own, toSignIn)
    assert.match((await tab.submit({ code: toSignIn })).text, /tries left/)

    const other = world().browser().tab()
    await other.open((await rp.start()).url)
    await world().pass(1)
    await proveIdentity(other, person)
    assert.match((await other.submit({ code: own })).text, /tries left/)
    assert.ok((await tab.submit({ code: own })).isElsewhere)
  })

  it('sends a new code when asked to, and the old one is over', async () => {
    const scene = await open()
    const { tab, person } = scene
    await proveIdentity(tab, person)
    const old = await mailedCode(scene)
    await world().pass(60)
    await tab.submit({}, 'Send a new code')
    const fresh = await mailedCode(scene)
    assert.equal((await mailsTo(world(), person.email)).length, 2)
    if (old !== fresh) assert.match((await tab.submit({ code: old })).text, /tries left/)
    assert.ok((await tab.submit({ code: fresh })).isElsewhere)
  })

  it('is over when everything of the account was ended meanwhile (Q17)', async () => {
    const scene = await open()
    const { tab, person, tenant } = scene
    await proveIdentity(tab, person)
    const code = await mailedCode(scene)
    await world().pass(2)
    await world().app.accounts.setStatus(tenant.id, person.account.id, 'disabled', cli)
    const page = await tab.submit({ code })
    assert.equal(page.isElsewhere, false)
    assert.deepEqual(await verifiedEvents(scene), [])
  })

  it('of twenty right answers at once one verifies', async () => {
    const scene = await open()
    const { tab, person } = scene
    await proveIdentity(tab, person)
    const code = await mailedCode(scene)
    const [form] = tab.page.forms
    const url = new URL(form?.action ?? '', tab.page.url)
    const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world().transport.fetch(url, {
          method: 'POST',
          headers: {
            cookie: tab.cookieHeader(url),
            'sec-fetch-site': 'same-origin',
            origin: 'null',
          },
          body: new URLSearchParams({ csrf, code }),
        }),
      ),
    )
    assert.ok(answers.every(({ status }) => status < 500))
    assert.equal((await verifiedEvents(scene)).length, 1)
  })
})
