import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { acrMultiFactor, acrPassword } from '#client/client.ts'
import { comeBack, connect, follow, signInThere } from '#test/support/foreign-sign-in.ts'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { isConsent, proveIdentity } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

describeInWorlds('a sign-in elsewhere', (world) => {
  let provider: LyingProvider
  let people = 0
  before(async () => {
    provider = await startLyingProvider()
  })
  after(() => provider[Symbol.asyncDispose]())

  /** Somebody nobody here knows. */
  function somebody(more: object = {}) {
    people += 1
    const who = { sub: `s${people}`, email: `new${people}@example.test`, name: `New ${people}` }
    be({ ...who, ...more })
    return who
  }

  const be = (who: object) => provider.lie({ claims: (claims) => Object.assign(claims, who) })

  async function open(parameters: Readonly<Record<string, string>> = {}, document: object = {}) {
    const connection = await connect(world(), provider, document)
    const rp = await world().relyingParty('web')
    const browser = world().browser()
    const tab = browser.tab()
    const attempt = await rp.start(parameters)
    await tab.open(attempt.url)
    return { connection, rp, browser, tab, attempt }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  async function tokens({ attempt, tab }: Pick<Scene, 'attempt' | 'tab'>) {
    if (isConsent(tab.page)) await tab.submit({}, 'Allow')
    assert.ok(tab.page.isElsewhere, tab.page.text)
    return (await attempt.finish(tab.page.url)).claims() ?? assert.fail('no ID token')
  }

  it('makes an account the first time, and finds it the second', async () => {
    const who = somebody()
    const scene = await open()
    assert.match(scene.tab.page.text, new RegExp(`Continue with ${scene.connection.name}`))
    await signInThere(scene.tab, provider, scene.connection)
    const first = await tokens(scene)
    assert.deepEqual([first['email'], first['name']], [who.email, who.name])
    assert.deepEqual([first['acr'], first['amr']], [acrPassword, ['fed']])

    const tab = world().browser().tab()
    const attempt = await scene.rp.start()
    await tab.open(attempt.url)
    await signInThere(tab, provider, scene.connection)
    assert.equal((await tokens({ attempt, tab })).sub, first.sub)
  })

  it('is told for more than one factor only where the connection may say so', async () => {
    const document = { trusts_multi_factor: true }
    somebody({ amr: ['pwd', 'otp', 'mfa'] })
    const trusted = await open({}, document)
    await signInThere(trusted.tab, provider, trusted.connection)
    const { acr, amr } = await tokens(trusted)
    assert.deepEqual([acr, amr], [acrMultiFactor, ['otp', 'pwd', 'fed', 'mfa']])

    somebody({ amr: ['pwd', 'otp', 'mfa'] })
    const other = await open()
    await signInThere(other.tab, provider, other.connection)
    const told = await tokens(other)
    assert.deepEqual([told['acr'], told['amr']], [acrPassword, ['fed']])
  })

  it('is asked anew, and of late, where the application wants that (OIDC Core §3.1.2.1)', async () => {
    somebody()
    const scene = await open({
      prompt: 'login',
      login_hint: 'hint@example.test',
      acr_values: 'urn:x:gold',
    })
    const { searchParams } = (await follow(scene.tab, scene.connection)).url
    assert.deepEqual(
      ['prompt', 'max_age', 'login_hint', 'acr_values'].map((name) => searchParams.get(name)),
      ['login', '0', 'hint@example.test', 'urn:x:gold'],
    )
    const aged = await open({ max_age: '600' })
    const left = await follow(aged.tab, aged.connection)
    assert.equal(left.url.searchParams.get('max_age'), '600')
    be({ auth_time: Math.floor(world().clock.now() / 1000) - 3600 })
    const page = await comeBack(aged.tab, left.url, provider.authorize(left.url.href))
    assert.equal(page.heading, 'You’re not signed in yet')
  })

  it('never begins where nobody may be asked', async () => {
    const { attempt, tab } = await open({ prompt: 'none' })
    assert.equal(tab.page.url.searchParams.get('error'), 'login_required')
    assert.equal(
      tab.page.url.origin,
      new URL(attempt.url.searchParams.get('redirect_uri') ?? '').origin,
    )
  })

  it('signs a person in at once who has a session, whoever they are', async () => {
    somebody()
    const scene = await open()
    await signInThere(scene.tab, provider, scene.connection)
    const { sub } = await tokens(scene)
    const tab = scene.browser.tab()
    const attempt = await scene.rp.start({ prompt: 'none' })
    await tab.open(attempt.url)
    assert.equal((await tokens({ attempt, tab })).sub, sub)
  })

  it('offers the way back there to who came by it last, and the other ways too', async () => {
    const who = somebody()
    const scene = await open()
    await signInThere(scene.tab, provider, scene.connection)
    await tokens(scene)
    const tab = scene.browser.tab()
    await tab.open((await scene.rp.start({ prompt: 'login' })).url)
    assert.equal(tab.page.heading, `Continue to ${scene.connection.name}`)
    assert.match(tab.page.html, new RegExp(`value="${who.email}"`))
    await tab.submit({}, 'Sign in another way')
    assert.deepEqual(tab.page.forms[0]?.fields.map(({ name }) => name).includes('password'), true)
  })

  it('asks for the account that stands here first, and opens it from then on (§3.7)', async () => {
    const person = await world().addAccount()
    somebody({ email: person.email })
    const scene = await open()
    const page = await signInThere(scene.tab, provider, scene.connection)
    assert.equal(page.heading, 'You have an account here already')
    await scene.tab.submit({}, 'Continue')
    await scene.tab.submit({ password: person.password })
    assert.equal((await tokens(scene)).sub, person.account.id)

    const tab = world().browser().tab()
    const attempt = await scene.rp.start()
    await tab.open(attempt.url)
    await signInThere(tab, provider, scene.connection)
    assert.equal((await tokens({ attempt, tab })).sub, person.account.id)
  })

  it('links nothing to whoever signs in to another account meanwhile', async () => {
    const person = await world().addAccount()
    const other = await world().addAccount()
    somebody({ email: person.email })
    const scene = await open()
    await signInThere(scene.tab, provider, scene.connection)
    await scene.tab.submit({}, 'Use another account')
    await proveIdentity(scene.tab, other)
    assert.equal((await tokens(scene)).sub, other.account.id)
    assert.deepEqual(
      await world().app.connectedAccounts.list(world().main.id, other.account.id),
      [],
    )
  })
})
