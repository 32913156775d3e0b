import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import type { Browser } from '#test/support/browser.ts'
import { isConsent, proveIdentity, signInTo } from '#test/support/person.ts'
import {
  assertionFields,
  authorizationRequest,
  clientAssertion,
  obtainCode,
  pushedAddress,
  readAnswer,
  wireOf,
} from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`two tenants on one host, on ${stores} (F8, Q77)`, () => {
    let world: World
    /** The same client, by id and by redirect URI, in both tenants. */
    let ours: TestClient
    let theirs: TestClient
    before(async () => {
      world = await openWorld({ stores })
      const same = { client_id: 'shared', redirect_uris: ['https://shared.example.test/callback'] }
      ours = await world.addClient('trusted', { ...same, resources: {} })
      theirs = await world.addClient('trusted', { ...same, resources: {} }, world.acme)
    })
    after(() => world[Symbol.asyncDispose]())

    const acme = () => `${world.issuer}/t/acme`

    async function tokensOf(client: TestClient, browser = world.browser()) {
      const person = client.tenant === world.acme ? world.adaOfAcme : world.people.ada
      const { fields } = await obtainCode(world, client, { tab: browser.tab(), person })
      return wireOf(world, client).post('/token', fields)
    }

    /** The cookies of a browser, renamed and moved so that the other tenant would read them. */
    function transplant(from: Browser, to: Browser): void {
      for (const cookie of from.cookies.list()) {
        to.cookies.put({ ...cookie, path: '/' })
        const name = cookie.name.includes('-acme')
          ? cookie.name.replace('-acme', '')
          : cookie.name.replace(/^([^.]+)/, '$1-acme')
        to.cookies.put({ ...cookie, name, path: '/' })
      }
    }

    it('each sign people in at their own issuer, with keys of their own', async () => {
      for (const client of [ours, theirs]) {
        const { issuer } = client.tenant
        const tokens = await tokensOf(client)
        const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), {
          [customFetch]: (url: string) => world.transport.fetch(url),
        })
        const { payload } = await jwtVerify(tokens.text('id_token'), keys, { issuer })
        assert.equal(payload.aud, 'shared')
        const headers = { authorization: `Bearer ${tokens.text('access_token')}` }
        const userinfo = await world.transport.fetch(`${issuer}/userinfo`, { headers })
        assert.equal(userinfo.status, 200)
      }
    })

    it('a path tenant works with a library that only knows its issuer', async () => {
      const client = await world.addClient('web', { resources: {} }, world.acme)
      const rp = await world.relyingParty(client)
      assert.equal(rp.config.serverMetadata().issuer, acme())
      const { tokens } = await signInTo(rp, world.adaOfAcme, { world })
      assert.equal((await rp.userinfo(tokens)).email, world.adaOfAcme.email)
      const again = await rp.refresh(tokens.refresh_token ?? '')
      assert.equal((await rp.introspect(again.access_token)).active, true)
      await rp.revoke(again.refresh_token ?? '')
      assert.equal((await rp.introspect(again.access_token)).active, false)
    })

    it('a session of one is nobody in the other, whatever its cookie is called', async () => {
      for (const [from, to] of [
        [ours, theirs],
        [theirs, ours],
      ] as const) {
        const browser = world.browser()
        await tokensOf(from, browser)
        const thief = world.browser()
        transplant(browser, thief)
        for (const other of [browser, thief]) {
          const { url } = await authorizationRequest(to, { prompt: 'none' })
          const page = await other.tab().open(url)
          assert.equal(page.url.searchParams.get('error'), 'login_required')
        }
      }
    })

    it('the cookies of one are never sent to the other', async () => {
      const browser = world.browser()
      await tokensOf(theirs, browser)
      const header = browser.cookies.header(new URL(`${world.issuer}/authorize`)) ?? ''
      assert.equal(header, '')
      assert.ok(browser.cookies.list().every(({ path }) => path.startsWith('/t/acme')))
    })

    it('an interaction of one is not known to the other', async () => {
      const browser = world.browser()
      const tab = browser.tab()
      const { url } = await authorizationRequest(theirs)
      const page = await tab.open(url)
      const uid = page.url.pathname.split('/').at(-1)
      const thief = world.browser()
      transplant(browser, thief)
      for (const other of [browser, thief]) {
        const foreign = await other.tab().open(`${world.issuer}/interaction/${uid}`)
        assert.equal(foreign.status, 400)
        assert.equal(
          foreign.forms.some(({ fields }) => fields.some(({ name }) => name === 'email')),
          false,
        )
        const posted = await world.transport.fetch(
          `${world.issuer}/interaction/${uid}/identifier`,
          {
            method: 'POST',
            headers: { cookie: other.cookies.header(new URL(world.issuer)) ?? '' },
            body: new URLSearchParams({ email: world.people.ada.email }),
          },
        )
        assert.ok([400, 403].includes(posted.status))
        const resumed = await other.tab().open(`${world.issuer}/authorize/${uid}`)
        assert.equal(resumed.status, 400)
      }
    })

    type Attempt = (to: TestClient, from: TestClient) => Promise<Answer>
    const artifacts: Readonly<Record<string, Attempt>> = {
      async 'an authorization code'(to, from) {
        const person = from.tenant === world.acme ? world.adaOfAcme : world.people.ada
        const { fields } = await obtainCode(world, from, { person })
        const answer = await wireOf(world, to).post('/token', fields)
        assert.equal((await wireOf(world, from).post('/token', fields)).status, 200)
        return answer
      },
      async 'a refresh token'(to, from) {
        const refresh_token = (await tokensOf(from)).text('refresh_token')
        const fields = { grant_type: 'refresh_token', refresh_token }
        const answer = await wireOf(world, to).post('/token', fields)
        assert.equal((await wireOf(world, from).post('/token', fields)).status, 200)
        return answer
      },
      async 'an access token'(to, from) {
        const authorization = `Bearer ${(await tokensOf(from)).text('access_token')}`
        const ask = (tenant: string) =>
          world.transport.fetch(`${tenant}/userinfo`, { headers: { authorization } })
        assert.equal((await ask(from.tenant.issuer)).status, 200)
        return readAnswer(await ask(to.tenant.issuer))
      },
      'the credentials of a client': (to, from) =>
        wireOf(world, { ...from, tenant: to.tenant }).post('/introspect', { token: 'x' }),
      async 'a client that is only in one'(to, from) {
        const client = await world.addClient('machine', { resources: {} }, from.tenant)
        const fields = { grant_type: 'client_credentials' }
        assert.equal((await wireOf(world, client).post('/token', fields)).status, 200)
        return wireOf(world, { ...client, tenant: to.tenant }).post('/token', fields)
      },
      async 'a client assertion'(to, from) {
        const jwt = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
        const client = await world.addClient('signed', jwt, from.tenant)
        const assertion = assertionFields(await clientAssertion(client))
        const fields = { grant_type: 'client_credentials', ...assertion }
        const answer = await wireOf(world, to).bare('/token', fields)
        assert.equal((await wireOf(world, from).bare('/token', fields)).status, 200)
        return answer
      },
      async 'a device code'(to, from) {
        const device = await world.addClient(
          'television',
          { client_id: `tv-${from.tenant.slug}` },
          from.tenant,
        )
        const started = await wireOf(world, device).post('/device_authorization')
        const fields = {
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: started.text('device_code'),
        }
        const twin = await world.addClient('television', { client_id: device.clientId }, to.tenant)
        const tab = world.browser().tab()
        await tab.open(`${to.tenant.issuer}/device`)
        const page = await tab.submit({ user_code: started.text('user_code') })
        assert.doesNotMatch(page.text, /Television/)
        return wireOf(world, twin).post('/token', fields)
      },
      async 'an initial access token'(to, from) {
        const { provider } = await world.web.registry.engineOf(from.tenant)
        const authorization = `Bearer ${await new provider.InitialAccessToken({}).save()}`
        const register = async (tenant: string) =>
          readAnswer(
            await world.transport.fetch(`${tenant}/register`, {
              method: 'POST',
              headers: { authorization, 'content-type': 'application/json' },
              body: '{"redirect_uris":["https://new.example.test/"]}',
            }),
          )
        assert.equal((await register(from.tenant.issuer)).status, 201)
        return register(to.tenant.issuer)
      },
    }

    for (const [name, attempt] of Object.entries(artifacts)) {
      it(`${name} of one opens nothing in the other`, async () => {
        for (const [to, from] of [
          [theirs, ours],
          [ours, theirs],
        ] as const) {
          const answer = await attempt(to, from)
          assert.ok([400, 401].includes(answer.status), `${answer.status} ${answer.body}`)
          for (const given of ['access_token', 'id_token', 'client_id', 'sub'])
            assert.equal(answer.json[given], undefined)
        }
      })
    }

    it('a token of one is unknown to introspection, revocation and logout of the other', async () => {
      const tokens = await tokensOf(theirs)
      for (const kind of ['access_token', 'refresh_token']) {
        const token = tokens.text(kind)
        const seen = await wireOf(world, ours).post('/introspect', { token })
        assert.deepEqual(seen.json, { active: false })
        assert.equal((await wireOf(world, ours).post('/revoke', { token })).status, 200)
        const own = await wireOf(world, theirs).post('/introspect', { token })
        assert.equal(own.json['active'], true, kind)
      }
      const hint = new URLSearchParams({ id_token_hint: tokens.text('id_token') })
      const out = await world
        .browser()
        .tab()
        .open(`${world.issuer}/logout?${String(hint)}`)
      assert.equal(out.status, 400)
    })

    it('a pushed request of one is not found by the other', async () => {
      const { parameters } = await authorizationRequest(theirs)
      const pushed = await wireOf(world, theirs).post('/par', parameters)
      const requestUri = pushed.text('request_uri')
      const page = await world.browser().tab().open(pushedAddress(ours, requestUri))
      assert.equal(page.status, 400)
      assert.match(page.html, /invalid_request_uri/)
      const tab = world.browser().tab()
      await tab.open(pushedAddress(theirs, requestUri))
      assert.ok((await proveIdentity(tab, world.adaOfAcme)).url.searchParams.get('code'))
    })

    it('what a person allowed in one is asked again in the other', async () => {
      const metadata = { client_id: 'asking', resources: {} }
      const here = await world.addClient('web', metadata)
      const there = await world.addClient('web', metadata, world.acme)
      await tokensOf(here)
      const tab = world.browser().tab()
      await tab.open((await authorizationRequest(there)).url)
      assert.ok(isConsent(await proveIdentity(tab, world.adaOfAcme)))
      const own = world.browser().tab()
      await own.open((await authorizationRequest(here)).url)
      assert.ok((await proveIdentity(own, world.people.ada)).isElsewhere)
    })

    it('the same address is two people, and each password opens one', async () => {
      const mine = decodeJwt((await tokensOf(ours)).text('id_token'))
      const other = decodeJwt((await tokensOf(theirs)).text('id_token'))
      assert.notEqual(mine.sub, other.sub)
      const grace = world.browser().tab()
      await grace.open((await authorizationRequest(theirs)).url)
      const page = await proveIdentity(grace, world.people.grace)
      assert.equal(page.isElsewhere, false)
      assert.ok(page.forms.some(({ fields }) => fields.some(({ name }) => name === 'password')))
    })

    it('a resource of one is unknown to the other', async () => {
      const identifier = 'https://only-main.example.test'
      await world.app.clients.putResource({
        tenantId: world.main.id,
        identifier,
        name: undefined,
        scopes: ['read'],
        introspectors: [],
        accessTokenFormat: 'jwt',
        accessTokenTtl: 600,
        minimumAcr: undefined,
      })
      const resources = { [identifier]: ['read'] }
      const fields = { grant_type: 'client_credentials', resource: identifier }
      const own = await world.addClient('machine', { resources })
      assert.equal((await wireOf(world, own).post('/token', fields)).status, 200)
      await assert.rejects(world.addClient('machine', { resources }, world.acme), /not a resource/)
      const foreign = await world.addClient('machine', { resources: {} }, world.acme)
      const answer = await wireOf(world, foreign).post('/token', fields)
      assert.deepEqual([answer.status, answer.error], [400, 'invalid_target'])
    })
  })
}
