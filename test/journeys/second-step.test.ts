import assert from 'node:assert/strict'
import { it } from 'node:test'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import type { Tab } from '#test/support/browser.ts'
import { enrolledPerson } from '#test/support/enrolled.ts'
import { codeIn, lastMail } from '#test/support/mail.ts'
import { proveIdentity, signInTo } from '#test/support/person.ts'
import { api } from '#test/support/world-clients.ts'
import { password } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

let tenants = 0

describeInWorlds('a second step by mail (Q47, Q48)', (world) => {
  type Scene = Awaited<ReturnType<typeof open>>

  /** A tenant that requires one, a person of it, and a browser at the first step. */
  async function open(settings: object = {}) {
    tenants += 1
    const made = await world().addTenant(`step-${tenants}`)
    const rules = {
      second_factor: 'required',
      email_code_as_second_step: true,
      ...settings,
    } as const
    await world().app.tenants.update({ ...made, settings: { ...made.settings, ...rules } })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(attempt.url)
    return { tenant, person, rp, attempt, browser, tab }
  }

  const mailed = async ({ tenant, person }: Scene) =>
    codeIn(await lastMail(world(), tenant, person.email))

  const otherThan = (code: string) => String((Number(code) + 1) % 1e6).padStart(6, '0')

  /** What a form would send, whatever the page shows. */
  async function post(tab: Tab, step: string, fields: Readonly<Record<string, string>>) {
    const [base = ''] = /^.*\/interaction\/[^/]+/.exec(tab.page.url.pathname) ?? []
    const url = new URL(`${base}/${step}`, world().issuer)
    const csrf = tab.page.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? ''
    const response = await world().transport.fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ csrf, ...fields }),
      headers: { cookie: tab.cookieHeader(url), 'sec-fetch-site': 'same-origin', origin: 'null' },
    })
    const location = response.headers.get('location')
    return { status: response.status, location }
  }

  it('comes after the password, and only then is somebody signed in', async () => {
    const scene = await open()
    const page = await proveIdentity(scene.tab, scene.person)
    assert.equal(page.heading, 'Confirm it’s you')
    assert.match(page.text, /Don’t ask again on this device for 30 days/)
    const again = await scene.browser.tab().open((await scene.rp.start({ prompt: 'none' })).url)
    assert.equal(again.url.searchParams.get('error'), 'login_required')
    const back = await scene.tab.submit({ code: await mailed(scene) })
    const claims = (await scene.attempt.finish(back.url)).claims() ?? assert.fail('no ID token')
    assert.deepEqual([claims['acr'], claims['amr']], [acrPassword, ['pwd', 'otp']]) // mail is no factor
  })

  it('takes no wrong code, no code of before, and none twice', async () => {
    const scene = await open()
    const { tab } = scene
    await proveIdentity(tab, scene.person)
    const first = await mailed(scene)
    assert.match((await tab.submit({ code: otherThan(first) })).text, /4 tries left/)
    assert.match((await tab.submit({ code: '' })).text, /Enter the code/)
    await world().pass(61)
    await tab.submit({}, 'Send a new code')
    const second = await mailed(scene)
    assert.notEqual(second, first)
    assert.match((await tab.submit({ code: first })).text, /isn’t right/)
    assert.ok((await tab.submit({ code: second })).isElsewhere)
  })

  it('is not skipped by posting the first step again, nor by another step', async () => {
    const scene = await open()
    const { tab } = scene
    await proveIdentity(tab, scene.person)
    for (const [step, fields] of [
      ['password', { password }],
      ['identifier', { email: scene.person.email }],
      ['email-code', { code: await mailed(scene) }],
      ['account', { account: scene.person.account.id, another: 'no' }],
      ['consent', { decision: 'allow' }],
      ['stay', {}],
    ] as const) {
      const answer = await post(tab, step, fields)
      assert.ok(answer.status >= 400 || answer.location?.includes('/interaction/'), step)
      assert.equal((await tab.open(tab.page.url)).heading, 'Confirm it’s you', step)
    }
  })

  it('is of no use for somebody else, nor in another browser', async () => {
    const scene = await open()
    const other = await world().addAccount(undefined, scene.tenant)
    await proveIdentity(scene.tab, scene.person)
    const code = await mailed(scene)
    const elsewhere = world().browser().tab()
    await elsewhere.open((await scene.rp.start()).url)
    await proveIdentity(elsewhere, other)
    assert.match((await elsewhere.submit({ code })).text, /isn’t right/)
  })

  it('lets nobody choose a way that is none of theirs', async () => {
    const scene = await open()
    await proveIdentity(scene.tab, scene.person)
    const { status } = await post(scene.tab, 'way', { way: 'totp' })
    assert.equal(status, 400)
  })

  it('mails at a POST only: who opens the page again gets no second code (Q57)', async () => {
    const scene = await open()
    const page = await proveIdentity(scene.tab, scene.person)
    const queued = async () =>
      (await world().app.outbox.recent(50)).filter((mail) => mail.tenantId === scene.tenant.id)
    const before = await queued()
    await world().pass(120)
    await scene.tab.open(page.url)
    assert.equal(before.length, 1)
    assert.equal((await queued()).length, 1)
  })

  it('is asked of a group alone where the tenant says so', async () => {
    const scene = await open({
      second_factor: 'off',
      second_factor_by_group: { staff: 'required' },
    })
    const page = await proveIdentity(scene.tab, scene.person)
    assert.equal(page.heading, 'Confirm it’s you')
  })

  it('is not taken as the first of two where it is none (Q47)', async () => {
    const mailFirst = { email_code: 'first', email_code_as_second_step: false }
    const scene = await open(mailFirst)
    const { tab, person } = scene
    await tab.submit({ email: person.email })
    await tab.submit({ code: await mailed(scene) })
    const page = await tab.submit({ password })
    assert.equal(page.heading, 'Set up a second step')
  })

  it('is void when everything of the account ended meanwhile (Q17)', async () => {
    const scene = await open()
    await proveIdentity(scene.tab, scene.person)
    const code = await mailed(scene)
    await world().pass(2)
    await world().app.accounts.end(scene.tenant.id, scene.person.account.id, { kind: 'cli' })
    assert.equal((await scene.tab.submit({ code })).isElsewhere, false)
  })
})

describeInWorlds('one way of several (experience §1.5)', (world) => {
  it('comes first in the browser where it was used last, and nowhere else', async () => {
    const owner = await enrolledPerson(world())
    const rp = await world().relyingParty('trusted')
    const browser = world().browser()

    async function begin(from = browser): Promise<Tab> {
      const tab = from.tab()
      await tab.open((await rp.start({ prompt: 'login' })).url)
      if (tab.page.heading !== 'Confirm it’s you') await proveIdentity(tab, owner.person)
      else await tab.submit({ password })
      return tab
    }

    const first = await begin()
    assert.match(first.page.text, /Confirm with one of your passkeys/)
    await first.submit({}, 'Use your authenticator app')
    assert.ok((await first.submit({ code: await owner.code() })).isElsewhere)
    const second = await begin()
    assert.match(second.page.text, /authenticator app shows now/)
    await second.submit({}, 'Use a recovery code')
    assert.ok((await second.submit({ code: owner.recoveryCodes[0] ?? '' })).isElsewhere)
    assert.match((await begin()).page.text, /authenticator app shows now/)
    assert.match((await begin(world().browser())).page.text, /one of your passkeys/)
  })
})

describeInWorlds('an application, or an API, that wants more proved (Q49, RFC 9470)', (world) => {
  const essential = (values: readonly string[]) =>
    JSON.stringify({ id_token: { acr: { essential: true, values } } })

  async function ask(parameters: Readonly<Record<string, string>>, metadata?: object) {
    const client = await world().addClient('trusted', metadata ?? {})
    const rp = await world().relyingParty(client)
    const { tab } = await signInTo(await world().relyingParty('trusted'), world().people.ada, {
      world: world(),
    })
    const attempt = await rp.start(parameters)
    return { tab, attempt, page: await tab.open(attempt.url) }
  }

  it('is told so where nobody may be asked (RFC 9470 §5)', async () => {
    for (const parameters of [
      { acr_values: acrMultiFactor },
      { acr_values: `${acrPhishingResistant} ${acrMultiFactor}` },
      { claims: essential([acrMultiFactor]) },
    ]) {
      const { page } = await ask({ prompt: 'none', ...parameters })
      assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
    }
  })

  it('hears what was proved where it only wished, without a page', async () => {
    const { page, attempt } = await ask({ acr_values: acrMultiFactor })
    assert.ok(page.isElsewhere, page.text)
    assert.equal((await attempt.finish(page.url)).claims()?.['acr'], acrPassword)
  })

  it('is refused what this person cannot prove, and will not set up, when it insists', async () => {
    for (const acr of [acrMultiFactor, acrPhishingResistant]) {
      const { tab } = await ask({ claims: essential([acr]) })
      const page = await tab.submit({}, 'Go back without it')
      assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
    }
  })

  it('may be held to more by its own registration, whatever it asks for', async () => {
    for (const parameters of [{}, { acr_values: acrPassword }, { prompt: 'login' }]) {
      const asked = await ask(parameters, { minimum_acr: acrMultiFactor })
      const isFirstStep = 'prompt' in parameters
      if (isFirstStep) await asked.tab.submit({ password })
      const page = await asked.tab.submit({}, 'Go back without it')
      assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
    }
  })

  it('gets no token for an API that wants more', async () => {
    const identifier = `https://ledger-${tenants}.example.test`
    const tenantId = world().main.id
    const known = await world().app.clients.findResource(tenantId, api)
    assert.ok(known)
    await world().app.clients.putResource({ ...known, identifier, minimumAcr: acrMultiFactor })
    const resources = { [identifier]: ['read'] }
    const { tab } = await ask({ resource: identifier, scope: 'openid read' }, { resources })
    const page = await tab.submit({}, 'Go back without it')
    assert.equal(page.url.searchParams.get('error'), 'unmet_authentication_requirements')
  })

  it('reads in its access token how and when the person proved it (RFC 9068 §2.2.1)', async () => {
    const client = await world().addClient('web', { first_party: true })
    const rp = await world().relyingParty(client)
    for (const resource of [api, 'https://opaque.example.test']) {
      const parameters = { resource, scope: 'openid read' }
      const { tokens } = await signInTo(rp, world().people.ada, { world: world(), parameters })
      const { acr, amr, auth_time: at } = await rp.introspect(tokens.access_token)
      assert.deepEqual([acr, amr, typeof at], [acrPassword, ['pwd'], 'number'], resource)
    }
  })
})
