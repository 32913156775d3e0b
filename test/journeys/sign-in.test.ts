import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isConsent } from '#test/support/person.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`a sign-in with code and PKCE, on ${stores}`, () => {
    let world: World
    before(async () => void (world = await openWorld({ stores })))
    after(() => world[Symbol.asyncDispose]())

    it('asks who it is, then the password, then consent, and leads back to the application', async () => {
      const rp = await world.relyingParty('web')
      const tab = world.browser().tab()
      const attempt = await rp.start()

      const identifier = await tab.open(attempt.url)
      assert.equal(identifier.status, 200)
      assert.match(identifier.text, /Payroll/)
      const password = await tab.submit({ email: world.people.ada.email })
      assert.match(password.html, /autocomplete="current-password"/)
      const consent = await tab.submit({ password: world.people.ada.password })
      assert.ok(isConsent(consent), consent.text)
      const back = await tab.submit({}, 'Allow')

      assert.equal(back.url.origin + back.url.pathname, rp.client.redirectUri)
      assert.equal(back.url.searchParams.get('iss'), world.issuer) // RFC 9207 §2
      const tokens = await attempt.finish(back.url)
      const claims = tokens.claims()
      assert.equal(claims?.sub, world.people.ada.account.id)
      assert.equal(claims?.['email'], world.people.ada.email)
      assert.deepEqual(claims?.['amr'], ['pwd'])
    })
  })
}
