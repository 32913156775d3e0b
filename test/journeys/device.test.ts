import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import type { Tab } from '#test/support/browser.ts'
import { isConsent, proveIdentity } from '#test/support/person.ts'
import { wireOf } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'

for (const stores of storeSetups()) {
  describe(`a device without a browser, on ${stores} (RFC 8628)`, () => {
    let world: World
    before(async () => {
      world = await openWorld({ stores })
    })
    after(() => world[Symbol.asyncDispose]())

    const wire = () => wireOf(world, world.client('television'))
    const begin = (scope = 'openid email') => wire().post('/device_authorization', { scope })
    const poll = (started: Answer) =>
      wire().post('/token', { grant_type, device_code: started.text('device_code') })

    /** Types the code and confirms it, up to the sign-in. */
    async function connect(tab: Tab, started: Answer) {
      await tab.open(started.text('verification_uri'))
      await tab.submit({ user_code: started.text('user_code') })
      return tab.submit({}, 'Connect')
    }

    async function approve(tab: Tab, started: Answer) {
      await connect(tab, started)
      const page = await proveIdentity(tab, world.people.ada)
      return isConsent(page) ? tab.submit({}, 'Allow') : page
    }

    it('is connected from another browser, without JavaScript (§3)', async () => {
      const started = await begin()
      assert.equal(started.status, 200, started.body)
      assert.equal(started.json['expires_in'], 600)
      assert.match(started.text('user_code'), /^[B-Z]{4}-[B-Z]{4}$/)
      assert.equal(started.text('verification_uri'), `${world.issuer}/device`)
      const pending = await poll(started)
      assert.deepEqual([pending.status, pending.error], [400, 'authorization_pending'])

      const tab = world.browser().tab()
      const shown = await tab.open(started.text('verification_uri'))
      assert.equal(shown.status, 200)
      const confirm = await tab.submit({ user_code: started.text('user_code') })
      assert.match(confirm.text, new RegExp(started.text('user_code')))
      assert.match(confirm.text, /Television/)
      await tab.submit({}, 'Connect')
      const asked = await proveIdentity(tab, world.people.ada)
      assert.ok(isConsent(asked), asked.text)
      const done = await tab.submit({}, 'Allow')
      assert.equal(done.status, 200)
      assert.match(done.heading, /connected/i)

      await world.pass(5)
      const tokens = await poll(started)
      assert.equal(tokens.status, 200, tokens.body)
      assert.equal(decodeJwt(tokens.text('id_token')).sub, world.people.ada.account.id)
      const refreshed = await wire().post('/token', {
        grant_type: 'refresh_token',
        refresh_token: tokens.text('refresh_token'),
      })
      assert.equal(refreshed.status, 200, refreshed.body)
      await world.pass(5)
      const again = await poll(started)
      assert.deepEqual([again.status, again.error], [400, 'invalid_grant'])
    })

    it('has the code typed loosely: lower case, without its dash, with spaces', async () => {
      for (const change of [
        (code: string) => code.toLowerCase(),
        (code: string) => code.replace('-', ''),
        (code: string) => ` ${code.replace('-', ' ')} `,
      ]) {
        const started = await begin()
        const tab = world.browser().tab()
        await tab.open('/device')
        const page = await tab.submit({ user_code: change(started.text('user_code')) })
        assert.ok(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'xsrf')))
        assert.match(page.text, new RegExp(started.text('user_code')))
      }
    })

    it('fills the code in for whoever scanned it, and leaves it to them to send (§3.3.1)', async () => {
      const started = await begin()
      const page = await world.browser().tab().open(started.text('verification_uri_complete'))
      const field = page.forms[0]?.fields.find(({ name }) => name === 'user_code')
      assert.equal(field?.value, started.text('user_code'))
      assert.doesNotMatch(page.html, /onload|submit\(\)/)
      assert.equal((await poll(started)).error, 'authorization_pending')
    })

    it('is slowed down when it asks too often (§3.5)', async () => {
      const started = await begin()
      await world.pass(5)
      assert.equal((await poll(started)).error, 'authorization_pending')
      assert.equal((await poll(started)).error, 'slow_down')
      assert.equal((await poll(started)).error, 'slow_down')
      await world.pass(10)
      assert.equal((await poll(started)).error, 'authorization_pending')
      await approve(world.browser().tab(), started)
      await world.pass(5)
      assert.equal((await poll(started)).status, 200)
    })

    it('is told when the person does not want it', async () => {
      const aborted = await begin()
      const tab = world.browser().tab()
      await tab.open('/device')
      await tab.submit({ user_code: aborted.text('user_code') })
      const page = await tab.submit({}, /Don.t connect/)
      assert.equal(page.isElsewhere, false)
      const refused = await poll(aborted)
      assert.deepEqual([refused.status, refused.error], [400, 'access_denied'])

      const denied = await begin()
      const other = world.browser().tab()
      await connect(other, denied)
      const asked = await proveIdentity(other, await world.addAccount())
      assert.ok(isConsent(asked))
      await other.submit({}, /Deny|Don.t allow|Cancel|No/)
      assert.equal((await poll(denied)).error, 'access_denied')
    })

    it('has ten minutes', async () => {
      const started = await begin()
      const tab = world.browser().tab()
      await tab.open('/device')
      await world.pass(605)
      const late = await poll(started)
      assert.equal(late.status, 400)
      assert.ok(['expired_token', 'invalid_grant'].includes(String(late.error)), late.body)
      const page = await tab.submit({ user_code: started.text('user_code') })
      assert.equal(page.isElsewhere, false)
      assert.ok(page.alert ?? page.html.includes('aria-invalid'), page.text)
      await world.pass(60)
      assert.equal((await poll(started)).error, 'invalid_grant')
    })

    it('is connected once', async () => {
      const started = await begin()
      await approve(world.browser().tab(), started)
      const tab = world.browser().tab()
      await tab.open('/device')
      const page = await tab.submit({ user_code: started.text('user_code') })
      assert.ok(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'user_code')))
      assert.doesNotMatch(page.text, /Connect Television/)
    })

    it('cannot be connected by a form of another page', async () => {
      const started = await begin()
      const browser = world.browser()
      await browser.tab().open('/device')
      for (const xsrf of ['', 'x', 'a'.repeat(48)]) {
        const answer = await world.transport.fetch(`${world.issuer}/device`, {
          method: 'POST',
          headers: { cookie: browser.cookies.header(new URL(`${world.issuer}/device`)) ?? '' },
          body: new URLSearchParams({
            user_code: started.text('user_code'),
            confirm: 'yes',
            ...(xsrf === '' ? {} : { xsrf }),
          }),
        })
        assert.equal(answer.status, 400)
      }
      assert.equal((await poll(started)).error, 'authorization_pending')
    })

    it('is not found by guessing: after a few wrong codes an address must rest (§5.1, Q40)', async () => {
      const started = await begin()
      const tab = world.browser().tab()
      await tab.open('/device')
      let page = tab.page
      for (let guess = 0; guess < 12 && page.status !== 429; guess += 1) {
        page = await tab.submit({ user_code: `BCDF-GHJ${'KLMNPQRSTVWX'[guess]}` })
        assert.equal(page.isElsewhere, false)
      }
      assert.equal(page.status, 429)
      assert.match(page.headers.get('retry-after') ?? '', /^\d+$/)
      const right = await tab.open('/device')
      assert.equal(right.status, 200)
      assert.equal((await tab.submit({ user_code: started.text('user_code') })).status, 429)
      const elsewhere = world.browser().tab()
      await elsewhere.open('/device')
      assert.equal((await elsewhere.submit({ user_code: started.text('user_code') })).status, 200)
      await world.pass(601)
      const later = await begin()
      await tab.open('/device')
      assert.equal((await tab.submit({ user_code: later.text('user_code') })).status, 200)
    })

    it('belongs to one client', async () => {
      const other = await world.addClient('television', {})
      const started = await begin()
      await approve(world.browser().tab(), started)
      const fields = { grant_type, device_code: started.text('device_code') }
      const stolen = await wireOf(world, other).post('/token', fields)
      assert.deepEqual([stolen.status, stolen.error], [400, 'invalid_grant'])
      const unregistered = wireOf(world, world.client('web'))
      assert.equal((await unregistered.post('/device_authorization')).status, 400)
      assert.equal((await unregistered.post('/token', fields)).status, 400)
    })

    it('asks a person who is signed in already only for what is new', async () => {
      const tab = world.browser().tab()
      await approve(tab, await begin())
      const second = await begin()
      const page = await connect(tab, second)
      const done = isConsent(page) ? await tab.submit({}, 'Allow') : page
      assert.match(done.heading, /connected/i)
      await world.pass(5)
      assert.equal((await poll(second)).status, 200)
    })
  })
}

// Each was a bare 500: the engine wrote into a session that it had never saved.
describeInWorlds('the device page without a cookie (Q92)', (world) => {
  const ask = (path: string, body?: URLSearchParams) =>
    world().transport.fetch(world().issuer + path, {
      method: body ? 'POST' : 'GET',
      headers: { accept: 'text/html' },
      body,
    })

  for (const [path, body] of [
    ['/device', new URLSearchParams({ user_code: 'ABCD-EFGH', xsrf: 'x' })],
    ['/device', new URLSearchParams()],
    ['/device/nothing', undefined],
    ['/t/acme/device/nothing', undefined],
    ['/DEVICE/?user_code=ABCD-EFGH', undefined],
  ] as const) {
    it(`${body ? 'posted to' : 'at'} ${path} is a page of ours`, async () => {
      const response = await ask(path, body)
      assert.ok(response.status < 500, `${response.status}`)
      const text = await response.text()
      assert.match(text, /class="card"/)
      assert.doesNotMatch(text, /<script>/, 'no page that posts itself')
    })
  }
})
