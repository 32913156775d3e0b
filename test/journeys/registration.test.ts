import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { isConsent, proveIdentity } from '#test/support/person.ts'
import { authorizationRequest, readAnswer, wireOf } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const callback = 'https://new.example.test/callback'

for (const stores of storeSetups()) {
  describe(`dynamic registration on ${stores} (RFC 7591)`, () => {
    let world: World
    let token: string
    before(async () => {
      world = await openWorld({ stores })
      const { provider } = await world.web.registry.engineOf(world.main)
      token = await new provider.InitialAccessToken({}).save()
    })
    after(() => world[Symbol.asyncDispose]())

    async function register(metadata: object, authorization = `Bearer ${token}`): Promise<Answer> {
      const response = await world.transport.fetch(`${world.issuer}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify(metadata),
      })
      return readAnswer(response)
    }

    async function registered(metadata: object = {}): Promise<TestClient> {
      const answer = await register({ redirect_uris: [callback], ...metadata })
      assert.equal(answer.status, 201, answer.body)
      const { client_secret: secret } = answer.json
      return {
        tenant: world.main,
        clientId: answer.text('client_id'),
        secret: typeof secret === 'string' ? secret : undefined,
        authMethod: answer.text('token_endpoint_auth_method'),
        redirectUri: callback,
        key: undefined,
      }
    }

    async function refuses(metadata: object, error: string): Promise<void> {
      const answer = await register({ redirect_uris: [callback], ...metadata })
      const what = `${JSON.stringify(metadata)}: ${answer.body}`
      assert.deepEqual([answer.status, answer.error], [400, error], what)
    }

    it('stands behind an initial access token (§3)', async () => {
      for (const authorization of [
        '',
        'Bearer',
        'Bearer x',
        `Basic ${token}`,
        `Bearer ${token}x`,
      ]) {
        const answer = await register({ redirect_uris: [callback] }, authorization)
        assert.ok([400, 401].includes(answer.status), `${authorization} ${answer.status}`)
        assert.equal(answer.json['client_id'], undefined)
      }
      const form = await world.transport.fetch(`${world.issuer}/register?access_token=${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [callback] }),
      })
      assert.ok(form.status >= 400)
    })

    it('gives a client that works, with RS256 and a secret of its own (OIDC Registration §2)', async () => {
      const answer = await register({ redirect_uris: [callback], client_name: 'New' })
      assert.equal(answer.status, 201)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.json['id_token_signed_response_alg'], 'RS256')
      assert.equal(answer.json['client_secret_expires_at'], 0)
      assert.ok(answer.text('client_secret').length >= 43)
      assert.deepEqual(answer.json['grant_types'], ['authorization_code'])

      const client = await registered({ client_name: 'New' })
      const { url, redeem } = await authorizationRequest(client)
      const tab = world.browser().tab()
      await tab.open(url)
      const asked = await proveIdentity(tab, world.people.ada)
      assert.ok(isConsent(asked))
      const done = await tab.submit({}, 'Allow')
      const code = done.url.searchParams.get('code') ?? ''
      const tokens = await wireOf(world, client).post('/token', { ...redeem, code })
      assert.equal(tokens.status, 200, tokens.body)
      assert.equal(decodeProtectedHeader(tokens.text('id_token')).alg, 'RS256')
    })

    it('asks the person each time, and says that nobody vouches for it (Q9)', async () => {
      const client = await registered({ client_name: 'Stranger' })
      const browser = world.browser()
      const tab = browser.tab()
      await tab.open((await authorizationRequest(client)).url)
      await proveIdentity(tab, world.people.ada)
      await tab.submit({}, 'Allow')
      const again = await tab.open((await authorizationRequest(client)).url)
      assert.ok(isConsent(again), again.text)
      assert.match(again.html, /Stranger/)
      assert.match(again.text, /new\.example\.test/)
      const silent = await authorizationRequest(client, { prompt: 'none' })
      const page = await tab.open(silent.url)
      assert.doesNotMatch(page.url.search, /code=/)
    })

    it('shows an error and where it would lead, instead of leading there (RFC 9700 §4.11.2)', async () => {
      const client = await registered()
      for (const parameters of [
        { prompt: 'none' },
        { response_type: 'token' },
        { scope: 'openid', code_challenge: '', code_challenge_method: '' },
        { response_mode: 'fragment', prompt: 'none' },
        { response_mode: 'form_post', prompt: 'none' },
      ]) {
        const { url } = await authorizationRequest(client, parameters)
        const page = await world.browser().tab().open(url)
        assert.equal(page.isElsewhere, false, JSON.stringify(parameters))
        assert.ok(page.status >= 400 && page.status < 500)
        assert.equal(page.forms.length, 0)
        assert.match(page.text, /new\.example\.test/)
      }
      const trusted = await authorizationRequest(world.client('web'), { prompt: 'none' })
      assert.ok((await world.browser().tab().open(trusted.url)).isElsewhere)
    })

    it('refuses redirect URIs that lead astray (Q2)', async () => {
      const uris = [
        'http://new.example.test/callback',
        'http://localhost.evil.test/callback',
        'javascript:alert(1)',
        'JaVaScRiPt:alert(1)//',
        'data:text/html,x',
        'vbscript:x',
        'file:///etc/passwd',
        'blob:https://new.example.test/x',
        'about:blank',
        'mailto:a@b.example.test',
        `${callback}#fragment`,
        'https://user:pass@new.example.test/',
        'https://a@b@new.example.test/',
        'https://*.example.test/',
        'https://new.example.test/..;/admin',
        'https://new.example.test\\@evil.example.test/',
        'https://new.example.test/\u0007',
        'https://new.example.test/ x',
        '//new.example.test/',
        '/callback',
        'callback',
        '',
        `https://new.example.test/${'a'.repeat(2048)}`,
      ]
      for (const uri of uris) await refuses({ redirect_uris: [uri] }, 'invalid_redirect_uri')
      await refuses({ redirect_uris: [] }, 'invalid_redirect_uri')
      const many = Array.from({ length: 51 }, (_, at) => `${callback}/${at}`)
      await refuses({ redirect_uris: many }, 'invalid_redirect_uri')
      await refuses({ redirect_uris: [callback, 'javascript:x'] }, 'invalid_redirect_uri')
    })

    it('gives nobody trust, weaker rules or resources (Q80)', async () => {
      const privileges = {
        first_party: true,
        require_pkce: false,
        always_issue_refresh_token: true,
        resources: { 'https://api.example.test': ['read'] },
      }
      for (const [name, value] of Object.entries(privileges)) {
        const answer = await register({ redirect_uris: [callback], [name]: value })
        if (answer.status === 201) assert.notDeepEqual(answer.json[name], value, name)
        else assert.deepEqual([answer.status, answer.error], [400, 'invalid_client_metadata'], name)
      }
      const chosen = await register({
        redirect_uris: [callback],
        client_id: 'web',
        client_secret: 'a secret of somebody elses choice',
      })
      assert.notEqual(chosen.json['client_id'], 'web')
      assert.notEqual(chosen.json['client_secret'], 'a secret of somebody elses choice')
    })

    it('refuses what it would not do', async () => {
      const cases = [
        { grant_types: ['implicit'] },
        { grant_types: ['password'] },
        { response_types: ['token'] },
        { response_types: ['code id_token'] },
        { token_endpoint_auth_method: 'client_secret_jwt' },
        { token_endpoint_auth_method: 'private_key_jwt' },
        { id_token_signed_response_alg: 'none' },
        { id_token_signed_response_alg: 'HS256' },
        { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
        { subject_type: 'both' },
        { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } },
        { jwks_uri: 'http://169.254.169.254/' },
        { jwks_uri: 'http://new.example.test/jwks' },
        { client_name: 'a\u202eb' },
        { client_name: 'x'.repeat(300) },
        { logo_uri: 'javascript:alert(1)' },
        { backchannel_logout_uri: 'http://10.0.0.1/' },
      ]
      for (const metadata of cases) await refuses(metadata, 'invalid_client_metadata')
    })

    it('reaches no address inside for a sector (Q85)', async () => {
      const uris = [
        'https://127.0.0.1/',
        'https://[::1]/',
        'https://10.0.0.1/',
        'https://localhost/',
      ]
      for (const sector_identifier_uri of uris) {
        const metadata = { subject_type: 'pairwise', sector_identifier_uri }
        const answer = await register({ redirect_uris: [callback], ...metadata })
        assert.deepEqual([answer.status, answer.error], [400, 'invalid_client_metadata'])
      }
    })

    it('keeps what was registered from others, and its secret from itself', async () => {
      const client = await registered()
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const response = await world.transport.fetch(
          `${world.issuer}/register/${client.clientId}`,
          { method, headers: { authorization: `Bearer ${token}` } },
        )
        assert.ok([400, 401, 404, 405].includes(response.status), `${method} ${response.status}`)
      }
    })
  })
}
