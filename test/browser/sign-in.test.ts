import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { startApplication } from '#test/support/application.ts'
import type { Application } from '#test/support/application.ts'
import { findChromium, launchChromium } from '#test/support/chromium.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

/** What the pages themselves complained of, and every host they asked. */
type Watched = { readonly complaints: string[]; readonly hosts: Set<string> }

describe('signing in with a real browser', { skip: findChromium() === undefined }, () => {
  let world: World
  let chromium: Browser
  let application: Application

  before(async () => {
    world = await openWorld()
    chromium = await launchChromium()
    application = await startApplication()
  })
  after(async () => {
    await chromium.close()
    await application[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const clientOfApplication = (other: object = {}): Promise<TestClient> =>
    world.addClient('web', { redirect_uris: [`${application.origin}/callback`], ...other })

  async function open(options: { readonly javaScriptEnabled?: boolean } = {}) {
    const context = await chromium.newContext(options)
    const page = await context.newPage()
    return { context, page, watched: watch(context) }
  }

  function watch(context: BrowserContext): Watched {
    const watched: Watched = { complaints: [], hosts: new Set() }
    context.on('console', (message) => {
      if (message.type() === 'error') watched.complaints.push(message.text())
    })
    context.on('request', (request) => watched.hosts.add(new URL(request.url()).host))
    return watched
  }

  /** From the identifier to the way back. */
  async function signIn(page: Page): Promise<void> {
    const { email, password } = world.people.ada
    await page.locator('input[name=email]').fill(email)
    await page.locator('input[name=email]').press('Enter')
    await page.locator('input[name=password]').fill(password)
    await page.locator('input[name=password]').press('Enter')
    await page.locator('button[value=allow]').click()
  }

  function assertClean({ complaints, hosts }: Watched): void {
    assert.deepEqual(complaints, [])
    const own = new Set([new URL(world.issuer).host, new URL(application.origin).host])
    assert.deepEqual(
      [...hosts].filter((host) => host !== '' && !own.has(host)),
      [],
    )
  }

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without'
    it(`leads to an app on another origin by a POST, ${how} JavaScript`, async () => {
      const rp = await world.relyingParty(await clientOfApplication())
      const attempt = await rp.start()
      application.setTarget(attempt.url)
      const { context, page, watched } = await open({ javaScriptEnabled })
      await page.goto(`${application.origin}/start`)
      const answer = application.answer()
      await page.locator('button').click()
      await signIn(page)
      const callback = new URL(`${application.origin}/callback?${String(await answer)}`)
      const tokens = await attempt.finish(callback)
      assert.equal(tokens.claims()?.sub, world.people.ada.account.id)
      assertClean(watched)
      await context.close()
    })
  }

  it('leads back into a popup that still knows who opened it (no COOP on these pages)', async () => {
    const rp = await world.relyingParty(await clientOfApplication())
    application.setTarget((await rp.start()).url)
    const { context, page, watched } = await open()
    await page.goto(`${application.origin}/popup`)
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('button').click(),
    ])
    await signIn(popup)
    await page.locator('#told', { hasText: 'code=' }).waitFor()
    assert.equal(await popup.locator('#opener').textContent(), 'true')
    assertClean(watched)
    await context.close()
  })

  it('posts the answer where the app asked for form_post', async () => {
    const rp = await world.relyingParty(await clientOfApplication())
    const attempt = await rp.start({ response_mode: 'form_post' })
    const { context, page, watched } = await open()
    await page.goto(attempt.url.href)
    const answer = application.answer()
    await signIn(page)
    const form = await answer
    assert.equal(form.get('state'), attempt.state)
    assert.equal(form.get('iss'), world.issuer)
    assert.ok(form.get('code'))
    assertClean(watched)
    await context.close()
  })

  it('hands over to a custom scheme: no policy of ours stands in the way (RFC 8252 §7.1)', async () => {
    const client = await world.addClient('native', { redirect_uris: ['com.example.app:/callback'] })
    const rp = await world.relyingParty(client)
    const { context, page, watched } = await open()
    await page.goto((await rp.start()).url.href)
    const left = page.waitForResponse((response) =>
      (response.headers()['location'] ?? '').startsWith('com.example.app:/callback?'),
    )
    await Promise.all([signIn(page), left])
    assert.deepEqual(
      watched.complaints.filter((text) => text.includes('Content Security Policy')),
      [],
    )
    await context.close()
  })

  it('answers prompt=none with an error and shows no page (OIDC Core §3.1.2.6)', async () => {
    const rp = await world.relyingParty(await clientOfApplication())
    const { url } = await rp.start({ prompt: 'none' })
    const { context, page } = await open()
    const answer = application.answer()
    await page.goto(url.href)
    assert.equal((await answer).get('error'), 'login_required')
    await context.close()
  })
})
