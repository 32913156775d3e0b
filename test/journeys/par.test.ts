import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { signIn } from '#test/support/person.ts'
import { authorizationRequest, pushedAddress, wireOf } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`pushed authorization requests on ${stores} (RFC 9126)`, () => {
    let world: World
    before(async () => {
      world = await openWorld({ stores })
    })
    after(() => world[Symbol.asyncDispose]())

    async function push(client: TestClient, other?: Readonly<Record<string, string>>) {
      const request = await authorizationRequest(client, other)
      const answer = await wireOf(world, client).post('/par', request.parameters)
      return {
        ...request,
        answer,
        address: () => pushedAddress(client, answer.text('request_uri')),
      }
    }

    for (const name of ['web', 'post', 'spa', 'native', 'signed', 'pairwise', 'trusted'] as const) {
      it(`works for the client ${name}`, async () => {
        const client = world.client(name)
        const { answer, redeem, address, parameters } = await push(client)
        assert.equal(answer.status, 201, answer.body)
        assert.equal(answer.json['expires_in'], 60)
        const { url } = await signIn(world.browser().tab(), address(), world.people.ada)
        assert.equal(url.searchParams.get('state'), parameters['state'])
        assert.equal(url.searchParams.get('iss'), world.issuer)
        const code = url.searchParams.get('code') ?? ''
        const tokens = await wireOf(world, client).post('/token', { ...redeem, code })
        assert.equal(tokens.status, 200, tokens.body)
        assert.ok(tokens.text('id_token'))
      })
    }

    it('can be used once (§7.3)', async () => {
      const client = world.client('trusted')
      const tab = world.browser().tab()
      const { address } = await push(client)
      await signIn(tab, address(), world.people.ada)
      const again = await tab.open(address())
      assert.equal(again.isElsewhere, false)
      assert.equal(again.status, 400)
      assert.match(again.html, /invalid_request_uri/)
    })

    it('is forgotten after 60 seconds (§2.2)', async () => {
      const client = world.client('trusted')
      const tab = world.browser().tab()
      await signIn(tab, (await authorizationRequest(client)).url, world.people.ada)
      const late = await push(client)
      const inTime = await push(client)
      await world.pass(59)
      assert.equal((await tab.open(inTime.address())).isElsewhere, true)
      await world.pass(20)
      const page = await tab.open(late.address())
      assert.equal(page.status, 400)
      assert.match(page.html, /invalid_request_uri/)
    })

    it('is of no use to another client (§2.2)', async () => {
      const { answer } = await push(world.client('trusted'))
      const foreign = pushedAddress(world.client('web'), answer.text('request_uri'))
      const page = await world.browser().tab().open(foreign)
      assert.equal(page.isElsewhere, false)
      assert.equal(page.status, 400)
      assert.equal((await push(world.client('trusted'))).answer.status, 201)
    })

    it('takes nothing from the address it is used with', async () => {
      const client = world.client('trusted')
      const { address, parameters } = await push(client)
      const url = address()
      url.searchParams.set('state', 'planted')
      url.searchParams.set('redirect_uri', 'https://evil.example.test/')
      const page = await signIn(world.browser().tab(), url, world.people.ada)
      assert.equal(page.url.origin + page.url.pathname, client.redirectUri)
      assert.equal(page.url.searchParams.get('state'), parameters['state'])
    })

    it('is asked for where it is registered, and cannot be left out (§5, §6)', async () => {
      const client = await world.addClient('trusted', {
        require_pushed_authorization_requests: true,
      })
      const plain = await authorizationRequest(client)
      const page = await world.browser().tab().open(plain.url)
      assert.equal(page.isElsewhere, true)
      assert.equal(page.url.searchParams.get('error'), 'invalid_request')
      const { address } = await push(client)
      const done = await signIn(world.browser().tab(), address(), world.people.ada)
      assert.ok(done.url.searchParams.get('code'))
    })

    it('refuses what the authorization endpoint would, and keeps nothing', async () => {
      const client = world.client('web')
      const wire = wireOf(world, client)
      const { parameters } = await authorizationRequest(client)
      const cases: [Record<string, string>, string][] = [
        [{ redirect_uri: 'https://web.example.test/callback/' }, 'invalid_request'],
        [{ code_challenge_method: 'plain' }, 'invalid_request'],
        [{ code_challenge: '' }, 'invalid_request'],
        [{ response_type: 'token' }, 'unsupported_response_type'],
        [{ response_type: 'code id_token' }, 'unsupported_response_type'],
        [{ scope: 'openid nonsense' }, 'none'],
        [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'request_uri_not_supported'],
        [{ client_id: 'spa' }, 'invalid_request'],
        [{ max_age: '-1' }, 'invalid_request'],
        [{ prompt: 'none login' }, 'invalid_request'],
        [{ response_mode: 'smoke' }, 'unsupported_response_mode'],
        [{ resource: 'https://unknown.example.test' }, 'invalid_target'],
      ]
      for (const [other, error] of cases) {
        const { answer } = await push(client, other)
        const what = `${JSON.stringify(other)}: ${answer.status} ${answer.body}`
        assert.equal(answer.error ?? 'none', error, what)
        assert.ok(answer.status < 500, what)
      }
      const stranger = await wire.bare('/par', parameters)
      assert.deepEqual([stranger.status, stranger.error], [401, 'invalid_client'])
    })
  })
}
