import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Tab } from '#test/support/browser.ts'
import { proveIdentity } from '#test/support/person.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

let tenants = 0

/** Q48: a session is no session until everything is proved (better-auth GHSA-xg6x-h9c9-2m83). */
describeInWorlds('a browser where only the password is proved (Q48)', (world) => {
  /** A tenant that requires a second step, a person of it, and what their browser holds after the first. */
  async function open() {
    tenants += 1
    const made = await world().addTenant(`only-${tenants}`)
    const rules = { second_factor: 'required', email_code_as_second_step: true } as const
    await world().app.tenants.update({ ...made, settings: { ...made.settings, ...rules } })
    const tenant = (await world().app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const person = await world().addAccount(undefined, tenant)
    const rp = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const other = await world().relyingParty(await world().addClient('trusted', {}, tenant))
    const attempt = await rp.start()
    const browser = world().browser()
    const tab = browser.tab()
    await tab.open(attempt.url)
    const page = await proveIdentity(tab, person)
    assert.equal(page.heading, 'Confirm it’s you')
    const uid = page.url.pathname.split('/').at(-1) ?? ''
    return { tenant, person, rp, other, browser, tab, uid }
  }

  type Scene = Awaited<ReturnType<typeof open>>

  /** By hand: whatever cookie there is, whatever form one may think of. */
  async function ask({ tenant, browser }: Scene, method: 'GET' | 'POST', path: string) {
    const url = new URL(`${tenant.issuer}${path}`)
    const cookie = browser.cookies.header(url) ?? ''
    const response = await world().transport.fetch(url, {
      method,
      headers: { cookie, origin: new URL(tenant.issuer).origin, 'sec-fetch-site': 'same-origin' },
      ...(method === 'POST' && { body: new URLSearchParams({ trust: 'yes', credential: '{}' }) }),
    })
    return { status: response.status, location: response.headers.get('location') ?? '' }
  }

  const opensNothing = (tab: Tab, what: string) => {
    assert.equal(tab.page.url.searchParams.get('code'), null, what)
    assert.doesNotMatch(tab.page.text, /Sign out|Your profile|Activity/, what)
  }

  it('does not go on to the application by the engine’s own way back', async () => {
    const scene = await open()
    const { status, location } = await ask(scene, 'GET', `/authorize/${scene.uid}`)
    assert.ok(status >= 300, String(status))
    assert.doesNotMatch(location, /[?&]code=/)
  })

  it('is signed in to nothing: not silently, not in a second tab, not at another application', async () => {
    const scene = await open()
    const silent = scene.browser.tab()
    await silent.open((await scene.rp.start({ prompt: 'none' })).url)
    assert.equal(silent.page.url.searchParams.get('error'), 'login_required')
    for (const rp of [scene.rp, scene.other]) {
      const second = scene.browser.tab()
      await second.open((await rp.start()).url)
      opensNothing(second, 'another tab')
      assert.ok(second.page.forms.some(({ fields }) => fields.some(({ name }) => name === 'email')))
    }
  })

  it('opens no page of My account, and changes nothing there', async () => {
    const scene = await open()
    for (const page of [
      '',
      '/profile',
      '/methods',
      '/two-step',
      '/passkeys',
      '/sessions',
      '/data',
    ]) {
      const tab = scene.browser.tab()
      await tab.open(`${scene.tenant.issuer}/account${page}`)
      opensNothing(tab, page)
    }
    for (const action of ['passkeys/options', 'passkeys/add', 'two-step', 'password', 'leave']) {
      const { status, location } = await ask(scene, 'POST', `/account/${action}`)
      const isSentToSignIn = status === 303 && location.includes('/authorize')
      assert.ok(isSentToSignIn || status === 404, `${action} ${status} ${location}`)
    }
  })

  it('is nobody to the API: it reads no cookie (Q67)', async () => {
    const scene = await open()
    for (const path of ['/auth/me', '/auth/sessions', '/2fa/status', '/passkeys']) {
      const { status } = await ask(scene, 'GET', `/api/v1${path}`)
      assert.ok([401, 404].includes(status), `${path} ${status}`)
    }
  })

  it('leaves no session, and the step still waits', async () => {
    const scene = await open()
    const owner = { tenantId: scene.tenant.id, id: scene.person.account.id }
    assert.deepEqual(await world().app.sessions.list(owner), [])
    assert.equal((await scene.tab.reload()).heading, 'Confirm it’s you')
  })
})
