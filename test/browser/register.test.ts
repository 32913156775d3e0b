import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Page } from 'playwright-core'
import { codeIn, lastMail } from '#test/support/mail.ts'
import {
  describeInChromium,
  enter,
  fill,
  press,
  prove,
  withAndWithoutScript,
} from '#test/support/real-browser.ts'
import { password } from '#test/support/world.ts'

describeInChromium('registering with a real browser, by the keyboard', (scene) => {
  async function open(slug: string) {
    const { world, application } = scene()
    const made = await world.addTenant(slug)
    const settings = { ...made.settings, registration: 'open', email_code: 'offered' } as const
    await world.app.tenants.update({ ...made, settings })
    const tenant = (await world.app.tenants.findById(made.id)) ?? assert.fail('no tenant')
    const redirect_uris = [`${application.origin}/callback`]
    const client = await world.addClient('trusted', { redirect_uris }, tenant)
    return { tenant, rp: await world.relyingParty(client) }
  }

  for (const { how, javaScriptEnabled } of withAndWithoutScript) {
    it(`leads from the first page to the app, then signs in with the password and with a code, ${how}`, async () => {
      const { world, application, withPage } = scene()
      const { tenant, rp } = await open(javaScriptEnabled ? 'scripted' : 'plain')
      const email = 'new@example.test'
      const mailedCode = async () => codeIn(await lastMail(world, tenant))

      /** Whom the app got, once the way through the pages was gone. */
      async function visit(way: (page: Page) => Promise<void>): Promise<string | undefined> {
        const attempt = await rp.start()
        const use = async (page: Page) => {
          await page.goto(attempt.url.href)
          await way(page)
        }
        await withPage(use, { javaScriptEnabled })
        const callback = new URL(
          `${application.origin}/callback?${String(application.received.at(-1))}`,
        )
        return (await attempt.finish(callback)).claims()?.sub
      }

      const registered = await visit(async (page) => {
        await press(page, 'button', /Create an account/)
        await fill(page, 'email', 'new@')
        await enter(page, 'name', 'New Person')
        assert.match(await page.locator('#email-error').innerText(), /whole email address/)
        assert.equal(await page.locator('#name').inputValue(), 'New Person')
        await enter(page, 'email', email)
        await enter(page, 'code', '')
        assert.match(await page.locator('#code-error').innerText(), /Enter the code/)
        await enter(page, 'code', await mailedCode())
        await enter(page, 'new_password', 'short')
        assert.match(await page.locator('#new_password-error').innerText(), /too short/)
        await enter(page, 'new_password', password)
      })
      const withPassword = await visit((page) => prove(page, { email, password }))
      await world.pass(61)
      const withCode = await visit(async (page) => {
        await enter(page, 'email', email)
        await press(page, 'button', 'Use an email code instead')
        await enter(page, 'code', await mailedCode())
      })
      const account = await world.app.accounts.findByEmail(tenant.id, email)
      assert.ok(account)
      assert.deepEqual([registered, withPassword, withCode], Array(3).fill(account.id))
    })
  }
})
