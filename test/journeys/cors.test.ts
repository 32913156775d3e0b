import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { authorizationRequest, obtainCode, readAnswer, wireOf } from '#test/support/protocol.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const own = 'https://spa.example.test'
const foreign = 'https://evil.example.test'

describe('scripts of other origins (Q10, RFC 9700 §2.6)', () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  it('of a registered origin redeem, refresh, read userinfo and revoke', async () => {
    const client = world.client('spa')
    const wire = wireOf(world, client)
    const headers = { origin: own }
    const { fields } = await obtainCode(world, client)
    const tokens = await wire.post('/token', fields, { headers })
    const refresh_token = tokens.text('refresh_token')
    const refreshed = await wire.post(
      '/token',
      { grant_type: 'refresh_token', refresh_token },
      { headers },
    )
    const authorization = `Bearer ${refreshed.text('access_token')}`
    const response = await world.transport.fetch(`${world.issuer}/userinfo`, {
      headers: { ...headers, authorization },
    })
    const token = refreshed.text('refresh_token')
    const revoked = await wire.post('/revoke', { token }, { headers })
    const answers = [tokens, refreshed, await readAnswer(response), revoked]
    for (const answer of answers) {
      assert.equal(answer.status, 200, answer.body)
      assert.equal(answer.headers.get('access-control-allow-origin'), own)
      assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      assert.match(answer.headers.get('vary') ?? '', /origin/i)
    }
  })

  it('of another origin get nothing', async () => {
    const client = world.client('spa')
    const wire = wireOf(world, client)
    for (const origin of [foreign, 'null', 'https://spa.example.test.evil.test', 'x', `${own}/`]) {
      const { fields } = await obtainCode(world, client)
      const answer = await wire.post('/token', fields, { headers: { origin } })
      assert.equal(answer.status, 400, origin)
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
      assert.equal(answer.json['access_token'], undefined)
    }
  })

  it('are not let in because a redirect URI has their origin', async () => {
    const client = world.client('web')
    const { fields } = await obtainCode(world, client)
    const headers = { origin: new URL(client.redirectUri).origin }
    const answer = await wireOf(world, client).post('/token', fields, { headers })
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  })

  it('never with credentials, whatever a preflight asks', async () => {
    for (const path of ['/token', '/userinfo', '/revoke', '/introspect', '/par', '/jwks']) {
      const answer = await world.transport.fetch(world.issuer + path, {
        method: 'OPTIONS',
        headers: {
          origin: foreign,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      })
      assert.equal(answer.status, 204, path)
      assert.equal(answer.headers.get('access-control-allow-credentials'), null, path)
    }
  })

  it('see nothing of the pages a person sees', async () => {
    const { url } = await authorizationRequest(world.client('web'))
    const tab = world.browser().tab()
    const page = await tab.open(url)
    for (const address of [url, page.url, '/device', '/logout', '/']) {
      const target = new URL(address, world.issuer)
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await world.transport.fetch(target, { method, headers: { origin: foreign } })
        assert.equal(answer.headers.get('access-control-allow-origin'), null, target.pathname)
      }
    }
  })
})
