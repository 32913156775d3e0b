import assert from 'node:assert/strict'
import { it } from 'node:test'
import { codeFor } from '#test/support/recovery.ts'
import {
  describeInChromium,
  enter,
  press,
  withAndWithoutScript,
} from '#test/support/real-browser.ts'

const fresh = 'quiet coffee pots everywhere'

describeInChromium('a forgotten password in a real browser', (scene) => {
  for (const { how, javaScriptEnabled } of withAndWithoutScript) {
    it(`is reset on the way to an app, by the keyboard, ${how}`, async () => {
      const { world, application, withPage } = scene()
      const person = await world.addAccount()
      const redirect_uris = [`${application.origin}/callback`]
      const rp = await world.relyingParty(
        await world.addClient('web', { redirect_uris, first_party: true }),
      )
      const attempt = await rp.start()
      await withPage(
        async (page) => {
          await page.goto(attempt.url.href)
          await enter(page, 'email', person.email)
          await press(page, 'link', 'Forgot your password?')
          await enter(page, 'email', person.email)
          await enter(page, 'code', await codeFor(world, person.email))
          await enter(page, 'new_password', 'short')
          assert.match(await page.locator('#new_password-error').innerText(), /too short/)
          await enter(page, 'new_password', fresh)
          await world.pass(1)
          await press(page, 'link', 'Sign in')
          await enter(page, 'password', fresh)
        },
        { javaScriptEnabled },
      )
      const callback = new URL(
        `${application.origin}/callback?${String(application.received.at(-1))}`,
      )
      assert.equal((await attempt.finish(callback)).claims()?.sub, person.account.id)
    })
  }
})
