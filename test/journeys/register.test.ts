import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page, Tab } from '#test/support/browser.ts'
import { otherThan } from '#test/support/email-codes.ts'
import { codeIn, lastMail, linkIn } from '#test/support/mail.ts'
import { password, type World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { Tenant } from '#tenant/tenant.ts'

let count = 0

type Scene = Awaited<ReturnType<typeof open>>

/** A tenant with these settings, and a browser on its way to an application of it. */
async function open(world: World, settings: Partial<Tenant['settings']>) {
  count += 1
  const made = await world.addTenant(`register-${count}`)
  await world.app.tenants.update({ ...made, settings: { ...made.settings, ...settings } })
  const tenant = (await world.app.tenants.findById(made.id)) ?? assert.fail('no tenant')
  const rp = await world.relyingParty(await world.addClient('trusted', {}, tenant))
  const attempt = await rp.start()
  const browser = world.browser()
  const tab = browser.tab()
  await tab.open(attempt.url)
  const mailed = (to?: string) => lastMail(world, tenant, to)
  return { world, tenant, rp, attempt, browser, tab, mailed }
}

const start = 'New here? Create an account'
const answers = { email: 'new@example.test', name: 'New Person' }

/** Up to the page where a password is chosen. */
async function proveAddress(
  { tab, mailed }: Scene,
  fields: Readonly<Record<string, string>> = answers,
) {
  await tab.submit({}, start)
  await tab.submit(fields, 'Next')
  return tab.submit({ code: codeIn(await mailed()) })
}

/** Somebody has the address already. */
async function settle({ world, tenant }: Scene): Promise<void> {
  const { email } = answers
  const input = { tenantId: tenant.id, email, emailVerified: true, profile: {} }
  await world.app.accounts.create({ ...input, actor: { kind: 'cli' } })
}

const find = ({ world, tenant }: Scene, email = answers.email) =>
  world.app.accounts.findByEmail(tenant.id, email)

describeInWorlds('registration', (world) => {
  it('asks for address and name, proves the address, then a password: and signs in', async () => {
    const scene = await open(world(), { registration: 'open' })
    const { tab, attempt } = scene
    await proveAddress(scene)
    assert.equal(tab.page.heading, 'Choose a password')
    assert.equal(await find(scene), undefined, 'nobody is there before the end (Q62)')
    const back = await tab.submit({ new_password: password })
    const claims = (await attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
    assert.deepEqual(
      [claims['email'], claims['email_verified'], claims['name'], claims['amr']],
      [answers.email, true, answers.name, ['otp', 'pwd']],
    )
    const other = world().browser().tab()
    await other.open((await scene.rp.start()).url)
    await other.submit({ email: answers.email })
    assert.ok((await other.submit({ password })).isElsewhere, 'and the password is theirs')
  })

  it('without a password where the tenant mails codes, and only there', async () => {
    for (const emailCode of ['offered', 'off'] as const) {
      const scene = await open(world(), { registration: 'open', email_code: emailCode })
      await proveAddress(scene)
      const page = await post(scene, 'register-password', { without: 'yes' })
      assert.equal(page.isElsewhere, emailCode === 'offered', page.text)
      const account = await find(scene)
      assert.equal(account !== undefined, emailCode === 'offered')
      if (!account) continue
      assert.equal(await world().app.passwords.hasPassword(scene.tenant.id, account.id), false)
    }
  })

  it('goes on by the link, in the browser that asked', async () => {
    const scene = await open(world(), { registration: 'open' })
    await scene.tab.submit({}, start)
    await scene.tab.submit(answers, 'Next')
    const link = linkIn(await scene.mailed())
    const stranger = await world().browser().tab().open(link)
    assert.match(stranger.text, /Your code/)
    const other = scene.browser.tab()
    await other.open(link)
    assert.equal((await other.submit({}, 'Next')).heading, 'Choose a password')
    assert.ok((await other.submit({ new_password: password })).isElsewhere)
  })

  it('says the same for an address that has an account, and mails that it has (Q73)', async () => {
    const pages: Page[] = []
    for (const isTaken of [false, true]) {
      const scene = await open(world(), { registration: 'open' })
      if (isTaken) await settle(scene)
      await scene.tab.submit({}, start)
      pages.push(await scene.tab.submit(answers, 'Next'))
      const mail = await scene.mailed()
      assert.equal(mail?.kind, isTaken ? 'register_taken' : 'register_code')
      assert.match(mail?.text ?? '', isTaken ? /has one already/ : /Enter this code/)
      const code = isTaken ? '000000' : otherThan(codeIn(mail))
      pages.push(await scene.tab.submit({ code }))
      assert.match(scene.tab.page.text, /4 tries left/)
    }
    const words = (page?: Page) => page?.html.replaceAll(/[\w-]{21,}|register-\d+/g, '…')
    assert.equal(words(pages[0]), words(pages[2]))
    assert.equal(words(pages[1]), words(pages[3]))
  })

  const refusals: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ ...answers, email: '' }, /Enter your email address/],
    [{ ...answers, email: 'new@' }, /whole email address/],
    [{ ...answers, email: 'ｎew@example.test' }, /whole email address/], // folds to ASCII (Q58)
    [{ ...answers, email: 'new@example.test,x@evil.test' }, /whole email address/],
    [{ ...answers, name: ' ' }, /Enter your name/],
    [{ ...answers, name: 'x'.repeat(101) }, /too long/],
  ]
  it('says what is missing, keeps what was typed, and mails nobody', async () => {
    const scene = await open(world(), { registration: 'open' })
    const { tab } = scene
    await tab.submit({}, start)
    for (const [fields, message] of refusals) {
      const page = await tab.submit(fields, 'Next')
      assert.match(page.text, message, JSON.stringify(fields))
      assert.match(page.title, /^Error: /)
      const typed = page.forms[0]?.fields.find(({ name }) => name === 'email')?.value
      assert.equal(typed, fields['email'])
    }
    assert.equal(await scene.mailed(), undefined)
  })

  it('says why a password is refused, and loses nothing', async () => {
    const scene = await open(world(), { registration: 'open' })
    await proveAddress(scene)
    const { tab } = scene
    assert.match((await tab.submit({ new_password: '' })).text, /Choose a password\./)
    assert.match((await tab.submit({ new_password: 'short' })).text, /too short/)
    assert.equal(await find(scene), undefined)
    assert.ok((await tab.submit({ new_password: password })).isElsewhere)
  })

  it('is closed to everybody where the tenant says so, or says nothing', async () => {
    const scene = await open(world(), {})
    assert.doesNotMatch(scene.tab.page.text, /Create an account/)
    for (const step of ['start-registration', 'register', 'register-password']) {
      const page = await post(scene, step, { ...answers, new_password: password })
      assert.equal(page.heading, 'Sign in', step)
    }
    assert.deepEqual([await scene.mailed(), await find(scene)], [undefined, undefined])
  })

  it('is over when it is closed between the code and the password', async () => {
    const scene = await open(world(), { registration: 'open' })
    await proveAddress(scene)
    const { tenant } = scene
    const settings = { ...tenant.settings, registration: 'closed' } as const
    await world().app.tenants.update({ ...tenant, settings })
    await world().pass(2)
    const page = await post(scene, 'register-password', { new_password: password })
    assert.equal(page.heading, 'Sign in')
    assert.equal(await find(scene), undefined)
  })

  it('is over when it was narrowed to other domains meanwhile', async () => {
    const scene = await open(world(), { registration: 'open' })
    await proveAddress(scene)
    const { tenant } = scene
    const registration_domains = ['acme.test']
    const settings = { ...tenant.settings, registration: 'domains', registration_domains } as const
    await world().app.tenants.update({ ...tenant, settings })
    await world().pass(2)
    await post(scene, 'register-password', { new_password: password })
    assert.equal(await find(scene), undefined)
  })

  it('tells a stored address, not another way of writing it, that it has an account (Q58)', async () => {
    const scene = await open(world(), { registration: 'open' })
    await settle(scene)
    await scene.tab.submit({}, start)
    await scene.tab.submit({ ...answers, email: 'NEW@Example.test' }, 'Next')
    assert.equal((await scene.mailed())?.to, answers.email)
  })

  it('takes addresses of the tenant’s domains only, exactly', async () => {
    const registration_domains = ['acme.test']
    const scene = await open(world(), { registration: 'domains', registration_domains })
    const { tab } = scene
    await tab.submit({}, start)
    for (const domain of ['example.test', 'sub.acme.test', 'acme.test.evil.test', 'notacme.test']) {
      const page = await tab.submit({ ...answers, email: `new@${domain}` }, 'Next')
      assert.match(page.text, /only for certain organisations/, domain)
    }
    await tab.submit({ ...answers, email: 'new@ACME.test' }, 'Next')
    assert.equal(tab.page.heading, 'Check your email')
  })

  it('records what was agreed to, in its version, and when', async () => {
    const terms_url = 'https://acme.test/terms'
    const privacy_url = 'https://acme.test/privacy'
    const settings = { registration: 'open', terms_url, privacy_url, terms_version: '7' } as const
    const scene = await open(world(), settings)
    const { tab } = scene
    await tab.submit({}, start)
    const page = await tab.submit({ ...answers, terms: 'no' }, 'Next')
    assert.match(page.text, /Tick the box/)
    assert.ok(page.html.includes(`href="${terms_url}"`))
    const agreedAt = new Date(Math.floor(world().clock.now() / 1000) * 1000)
    await tab.submit({ ...answers, terms: 'yes' }, 'Next')
    await world().pass(60)
    await tab.submit({ code: codeIn(await scene.mailed()) })
    await tab.submit({ new_password: password })
    const account = (await find(scene)) ?? assert.fail('no account')
    const known = await world().app.agreements.list(scene.tenant.id, account.id)
    assert.deepEqual(
      known.map((one) => [one.document, one.version, one.agreedAt]),
      [
        ['privacy', privacy_url, agreedAt],
        ['terms', '7', agreedAt],
      ],
    )
  })

  it('of twenty last answers at once one makes an account', async () => {
    const scene = await open(world(), { registration: 'open' })
    await proveAddress(scene)
    const answer = prepared(scene.tab, 'register-password', { new_password: password })
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await world().transport.fetch(...answer)).status),
    )
    assert.ok(
      statuses.every((status) => status < 500),
      String(statuses),
    )
    const events = await world().app.audit.list(scene.tenant.id, { limit: 200 })
    assert.equal(events.filter(({ type }) => type === 'account.created').length, 1)
  })

  it('makes nothing when somebody else got the address first', async () => {
    const scene = await open(world(), { registration: 'open' })
    await proveAddress(scene)
    const { tenant, tab } = scene
    await settle(scene)
    const page = await tab.submit({ new_password: password })
    assert.equal(page.heading, 'Enter your password')
    const account = (await find(scene)) ?? assert.fail('no account')
    assert.equal(await world().app.passwords.hasPassword(tenant.id, account.id), false)
  })

  it('cannot be driven out of order (CVE-2026-18963)', async () => {
    const scene = await open(world(), { registration: 'open' })
    await scene.tab.submit({}, start)
    await scene.tab.submit(answers, 'Next')
    for (const fields of [{ new_password: password }, { without: 'yes' }]) {
      const forged = { ...fields, email: answers.email, applicant: '1', proved: 'true' }
      const page = await post(scene, 'register-password', forged)
      assert.equal(page.heading, 'Check your email')
    }
    assert.equal(await find(scene), undefined)
  })

  it('can be left for signing in', async () => {
    const { tab } = await open(world(), { registration: 'open' })
    await tab.submit({}, start)
    assert.equal((await tab.submit({}, 'Use an account you have')).heading, 'Sign in')
  })
})

/** What a form of this interaction would send to another of its steps. */
function prepared(tab: Tab, step: string, fields: Readonly<Record<string, string>>) {
  const [form] = tab.page.forms
  const csrf = form?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
  const url = new URL(form?.action.replace(/[^/]+$/, step) ?? '', tab.page.url)
  const headers = { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' }
  return [url, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }), headers }] as const
}

async function post({ world, tab }: Scene, step: string, fields: Readonly<Record<string, string>>) {
  const [url, init] = prepared(tab, step, fields)
  const response = await world.transport.fetch(url, init)
  assert.equal(response.status, 303)
  return tab.open(new URL(String(response.headers.get('location')), url))
}
