import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { signIn } from '#test/support/person.ts'
import { authorizationRequest, now, wireOf } from '#test/support/protocol.ts'
import { createClientKey } from '#test/support/relying-party.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('signed authorization requests (RFC 9101)', () => {
  let world: World
  let client: TestClient
  before(async () => {
    world = await openWorld()
    const { key, jwks } = await createClientKey()
    const signing = { jwks, request_object_signing_alg: 'ES256' }
    client = { ...(await world.addClient('trusted', signing)), key }
  })
  after(() => world[Symbol.asyncDispose]())

  type RequestOptions = {
    readonly claims?: JWTPayload
    readonly header?: Readonly<Record<string, unknown>>
    /** Of the address itself. */
    readonly query?: Readonly<Record<string, string>>
    readonly by?: TestClient
  }

  async function signedRequest({ claims, header, query, by = client }: RequestOptions = {}) {
    const { parameters, redeem } = await authorizationRequest(by)
    assert.ok(by.key)
    const envelope = { iss: by.clientId, aud: world.issuer, jti: randomUUID() }
    const request = await new SignJWT({ ...parameters, ...envelope, exp: now() + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(by.key)
    const url = new URL(`${world.issuer}/authorize`)
    url.search = String(new URLSearchParams({ client_id: by.clientId, request, ...query }))
    return { url, redeem, parameters, request }
  }

  const open = (url: URL) => world.browser().tab().open(url)

  async function refused(options: RequestOptions): Promise<void> {
    const page = await open((await signedRequest(options)).url)
    const error = page.isElsewhere ? page.url.searchParams.get('error') : page.html
    assert.match(error ?? '', /invalid_request/, JSON.stringify(options))
    assert.ok(page.isElsewhere || page.status === 400)
  }

  it('work by value', async () => {
    const { url, redeem, parameters } = await signedRequest()
    const page = await signIn(world.browser().tab(), url, world.people.ada)
    assert.equal(page.url.searchParams.get('state'), parameters['state'])
    const code = page.url.searchParams.get('code') ?? ''
    const tokens = await wireOf(world, client).post('/token', { ...redeem, code })
    assert.equal(tokens.status, 200, tokens.body)
  })

  it('may be typed (§10.8)', async () => {
    const { url } = await signedRequest({ header: { typ: 'oauth-authz-req+jwt' } })
    assert.ok((await signIn(world.browser().tab(), url, world.people.ada)).isElsewhere)
  })

  it('win over what stands beside them (§6.3)', async () => {
    const query = { state: 'planted', redirect_uri: 'https://evil.example.test/', scope: 'openid' }
    const { url, parameters } = await signedRequest({ query })
    const page = await signIn(world.browser().tab(), url, world.people.ada)
    assert.equal(page.url.origin + page.url.pathname, client.redirectUri)
    assert.equal(page.url.searchParams.get('state'), parameters['state'])
  })

  it('are for this issuer, from this client, and not yet over (§4, §6.2)', async () => {
    await refused({ claims: { aud: 'https://evil.example.test' } })
    await refused({ claims: { iss: 'web' } })
    await refused({ claims: { client_id: 'web' } })
    await refused({ claims: { exp: now() - 60 } })
    await refused({ claims: { nbf: now() + 60 } })
    await refused({ claims: { request: 'x' } })
    await refused({ claims: { request_uri: 'https://evil.example.test/' } })
  })

  it('are signed by a registered key with the registered algorithm (§10.1)', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    await refused({ by: { ...client, key: privateKey } })
    const { request } = await signedRequest()
    const [, payload = ''] = request.split('.')
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    await refused({ query: { request: `${header}.${payload}.` } })
    await refused({ query: { request: 'x' } })
    await refused({ query: { request: 'a.b.c' } })
  })

  it('are never fetched from an address (§10.4.1)', async () => {
    const { url } = await authorizationRequest(client)
    url.searchParams.set('request_uri', 'https://client.example.test/request.jwt')
    const page = await open(url)
    const answer = page.isElsewhere ? page.url.search : page.html
    assert.match(answer, /request_uri/)
    assert.doesNotMatch(page.url.search, /code=/)
  })

  it('are asked for where it is registered (§10.5)', async () => {
    const { key, jwks } = await createClientKey()
    const strict = { jwks, require_signed_request_object: true }
    const by = { ...(await world.addClient('trusted', strict)), key }
    const plain = await open((await authorizationRequest(by)).url)
    assert.equal(plain.url.searchParams.get('error'), 'invalid_request')
    const { parameters } = await authorizationRequest(by)
    const pushed = await wireOf(world, by).post('/par', parameters)
    assert.deepEqual([pushed.status, pushed.error], [400, 'invalid_request'])
    const page = await signIn(
      world.browser().tab(),
      (await signedRequest({ by })).url,
      world.people.ada,
    )
    assert.ok(page.url.searchParams.get('code'))
  })

  it('can be pushed (RFC 9126 §3)', async () => {
    const { request } = await signedRequest()
    const pushed = await wireOf(world, client).post('/par', { request })
    assert.equal(pushed.status, 201, pushed.body)
    const foreign = await wireOf(world, world.client('trusted')).post('/par', { request })
    assert.ok([400, 401].includes(foreign.status), foreign.body)
  })

  it('may hold anything, and no store sees what is no text (F11)', async () => {
    const cases: JWTPayload[] = [
      { state: 'a\u0000b' },
      { nonce: 'a\u0000b' },
      { login_hint: '\ud800' },
      { state: { nested: true } },
      { scope: ['openid'] },
      { redirect_uri: [client.redirectUri] },
      { max_age: 'soon' },
      { max_age: -1 },
      { max_age: 1.5 },
      { claims: 'not json' },
      { claims: [] },
      { resource: [1] },
      { ui_locales: null },
    ]
    for (const claims of cases) {
      const page = await open((await signedRequest({ claims })).url)
      assert.ok(page.isElsewhere || page.status < 500, `${JSON.stringify(claims)} ${page.status}`)
    }
  })
})
