import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page } from 'playwright-core'
import {
  describeInChromium,
  press,
  prove,
  withAndWithoutScript,
} from '#test/support/real-browser.ts'
import type { TestClient } from '#test/support/relying-party.ts'

describeInChromium('signing in with a real browser', (scene) => {
  const clientOfApplication = (other: object = {}): Promise<TestClient> => {
    const { world, application } = scene()
    return world.addClient('web', { redirect_uris: [`${application.origin}/callback`], ...other })
  }

  /** From the identifier to the way back. */
  async function signIn(page: Page): Promise<void> {
    await prove(page, scene().world.people.ada)
    await press(page, 'button', 'Allow')
  }

  for (const { how, javaScriptEnabled } of withAndWithoutScript) {
    it(`leads to an app on another origin by a POST, ${how}`, async () => {
      const { world, application, withPage } = scene()
      const rp = await world.relyingParty(await clientOfApplication())
      const attempt = await rp.start()
      application.setTarget(attempt.url)
      const use = async (page: Page) => {
        await page.goto(`${application.origin}/start`)
        await press(page, 'button', 'Sign in')
        await signIn(page)
      }
      await withPage(use, { javaScriptEnabled })
      const callback = new URL(
        `${application.origin}/callback?${String(application.received.at(-1))}`,
      )
      const tokens = await attempt.finish(callback)
      assert.equal(tokens.claims()?.sub, world.people.ada.account.id)
    })
  }

  it('leads back into a popup that still knows who opened it (no COOP on these pages)', async () => {
    const { world, application, withPage } = scene()
    const rp = await world.relyingParty(await clientOfApplication())
    application.setTarget((await rp.start()).url)
    await withPage(async (page) => {
      await page.goto(`${application.origin}/popup`)
      const [popup] = await Promise.all([
        page.context().waitForEvent('page'),
        page.locator('button').click(),
      ])
      await signIn(popup)
      await page.locator('#told', { hasText: 'code=' }).waitFor()
      assert.equal(await popup.locator('#opener').textContent(), 'true')
    })
  })

  it('posts the answer where the app asked for form_post', async () => {
    const { world, application, withPage } = scene()
    const rp = await world.relyingParty(await clientOfApplication())
    const attempt = await rp.start({ response_mode: 'form_post' })
    const answer = application.answer()
    await withPage(async (page) => {
      await page.goto(attempt.url.href)
      await signIn(page)
      const form = await answer
      assert.equal(form.get('state'), attempt.state)
      assert.equal(form.get('iss'), world.issuer)
      assert.ok(form.get('code'))
    })
  })

  it('hands over to a custom scheme: no policy of ours stands in the way (RFC 8252 §7.1)', async () => {
    const { world, withPage } = scene()
    const client = await world.addClient('native', { redirect_uris: ['com.example.app:/callback'] })
    const rp = await world.relyingParty(client)
    const use = async (page: Page) => {
      await page.goto((await rp.start()).url.href)
      await prove(page, world.people.ada)
      const left = page.waitForResponse((response) =>
        (response.headers()['location'] ?? '').startsWith('com.example.app:/callback?'),
      )
      await Promise.all([page.getByRole('button', { name: 'Allow', exact: true }).click(), left])
    }
    await withPage(use, { heeding: /Content Security Policy/ })
  })

  it('answers prompt=none with an error and shows no page (OIDC Core §3.1.2.6)', async () => {
    const { world, application, withPage } = scene()
    const rp = await world.relyingParty(await clientOfApplication())
    const { url } = await rp.start({ prompt: 'none' })
    await withPage(async (page) => {
      await page.goto(url.href)
    })
    assert.equal(application.received.at(-1)?.get('error'), 'login_required')
  })
})
