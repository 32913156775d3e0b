import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { apiOf, refusalOf, refusedFields } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { assertDecent } from '#test/support/hostile.ts'
import { readAnswer } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const own = 'https://spa.example.test'

type Description = {
  readonly paths: Record<
    string,
    {
      readonly post?: {
        readonly requestBody?: {
          readonly content: {
            readonly 'application/json': { readonly schema: { readonly properties: object } }
          }
        }
      }
    }
  >
}

describe('the JSON API', () => {
  let world: World
  let client: TestClient
  let api: Api
  before(async () => {
    world = await openWorld()
    client = await world.addClient('spa', { first_party: true, api_login: true })
    api = apiOf(world, client)
  })
  after(() => world[Symbol.asyncDispose]())

  async function raw(
    path: string,
    options: {
      readonly method?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    } = {},
  ): Promise<Answer> {
    return readAnswer(await world.transport.fetch(`${world.issuer}${path}`, options))
  }

  const json = { 'content-type': 'application/json' }

  it('describes itself in OpenAPI 3.1, for each tenant at its own address', async () => {
    for (const { issuer } of [world.main, world.acme]) {
      const answer = await readAnswer(await world.transport.fetch(`${issuer}/api/v1/openapi.json`))
      assert.equal(answer.status, 200)
      const result = await new Validator().validate(JSON.parse(answer.body))
      assert.deepEqual(result, { valid: true })
      assert.equal(answer.json['openapi'], '3.1.0')
      assert.deepEqual(answer.json['servers'], [{ url: `${issuer}/api/v1` }])
    }
  })

  it('describes every refusal in the one form there is (DESIGN §6)', async () => {
    const answer = await api.post('/auth/login', { body: {} })
    assert.equal(refusalOf(answer), '400 api.invalid_input')
    const { timestamp } = answer.json['error'] as { timestamp: string }
    assert.equal(new Date(timestamp).toISOString(), timestamp)
  })

  it('names every field that is unknown, missing or of the wrong type (Q80)', async () => {
    const given = { password: 7, email_verified: true, is_admin: true, tenant_id: 'x' }
    const fields = refusedFields(await api.post('/auth/login', { body: given }))
    assert.deepEqual(
      fields.toSorted(),
      ['email', 'email_verified', 'is_admin', 'password', 'tenant_id'].toSorted(),
    )
    const query = await api.get('/openapi.json?debug=1')
    assert.deepEqual(refusedFields(query), ['debug'])
  })

  it('answers an unknown path in the same form', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1/', '/api/v1/auth/login/', '/t/acme/api/v1/x']) {
      const answer = await raw(path)
      assert.equal(refusalOf(answer), '404 http.not_found', path)
    }
    assert.equal(refusalOf(await raw('/t/nobody/api/v1/auth/me')), '404 http.not_found')
  })

  it('tells the methods a path takes (RFC 9110 §15.5.6)', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND']) {
      const answer = await raw('/api/v1/auth/login', { method })
      assert.equal(refusalOf(answer), '405 http.method_not_allowed', method)
      assert.equal(answer.headers.get('allow'), 'POST')
    }
  })

  it('takes JSON, small and shallow, and nothing else (Q93)', async () => {
    const post = (body: string, headers: Readonly<Record<string, string>> = json) =>
      raw('/api/v1/auth/login', { method: 'POST', headers, body })
    const deep = `${'['.repeat(25)}${']'.repeat(25)}`
    const cases = [
      [post('email=a', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
      [post('{}', { 'content-type': 'text/plain' }), 415],
      [post('{}', { ...json, 'content-encoding': 'gzip' }), 415],
      [post(`{"email":"${'x'.repeat(300_000)}"}`), 413],
      [post('{'), 400],
      [post('[]'), 400],
      [post('null'), 400],
      [post(`{"email":${deep}}`), 400],
      [post('{"email":"\\u0000"}'), 400],
      [post('{"email":"\\ud800"}'), 400],
      [post('{"__proto__":{"email":"x"}}'), 400],
    ] as const
    for (const [sent, status] of cases) {
      const answer = await sent
      assert.equal(answer.status, status, answer.body)
      refusalOf(answer)
      assertDecent(answer, answer.body)
    }
  })

  it('lets in scripts of the origins its applications registered, without credentials (Q10)', async () => {
    const preflight = await raw('/api/v1/auth/login', {
      method: 'OPTIONS',
      headers: { origin: own, 'access-control-request-method': 'POST' },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), own)
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null)
    const answer = await api.logIn(world.people.ada, { headers: { origin: own } })
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.headers.get('access-control-allow-origin'), own)
    const token = answer.text('access_token')
    const me = await api.get('/auth/me', { token, headers: { origin: own } })
    assert.equal(me.status, 200)
  })

  it('refuses scripts of any other origin, redirect URIs or not (Q10)', async () => {
    const elsewhere = 'https://elsewhere.example.test'
    const first = { first_party: true, api_login: true }
    const other = await world.addClient('spa', { ...first, allowed_origins: [elsewhere] })
    await world.addClient('spa', {
      allowed_origins: ['https://third.example.test'],
    })
    const login = await api.logIn(world.people.ada)
    const token = login.text('access_token')
    await world.pass(2) // the origins of a tenant are known for a second
    for (const origin of ['https://evil.example.test', 'null', 'https://third.example.test']) {
      const preflight = await raw('/api/v1/auth/login', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      const answers = [
        preflight,
        await api.logIn(world.people.ada, { headers: { origin } }),
        await api.get('/auth/me', { token, headers: { origin } }),
      ]
      for (const answer of answers) {
        assert.equal(refusalOf(answer), '403 api.origin_refused', origin)
        assert.equal(answer.headers.get('access-control-allow-origin'), null)
      }
    }
    // registered, but by another application
    const headers = { origin: elsewhere }
    for (const answer of [
      await api.logIn(world.people.ada, { headers }),
      await api.get('/auth/me', { token, headers }),
    ]) {
      assert.equal(refusalOf(answer), '403 api.origin_refused')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    }
    assert.equal((await apiOf(world, other).logIn(world.people.ada, { headers })).status, 200)
  })

  it('never fails, whatever is sent (Q92)', async () => {
    const values = [null, true, 7, 1e308, '', 'x'.repeat(5000), [], {}, { a: 1 }, 'a@b\u0001', '💥']
    const description = (await api.get('/openapi.json')).json as Description
    const posts = Object.entries(description.paths).flatMap(([path, { post }]) => {
      const schema = post?.requestBody?.content['application/json'].schema
      return schema ? [[path, Object.keys(schema.properties)] as const] : []
    })
    assert.ok(posts.length > 7)
    const valid = {
      client_id: client.clientId,
      email: 'fuzz@example.test',
      password: 'x',
      new_password: 'x',
      name: 'x',
      agreed: true,
      handle: `${'h'.repeat(43)}.${'b'.repeat(43)}`,
      code: '123456',
      refresh_token: 'x',
      method: 'totp',
      mail_handle: `${'h'.repeat(43)}.${'b'.repeat(43)}`,
      credential: { id: 'x' },
    }
    const calls = posts.flatMap(([path, names]) => {
      const usual = Object.entries(valid).filter(([field]) => names.includes(field))
      const bodies = [...names, 'constructor'].flatMap((name) =>
        values.map((value) => ({ ...Object.fromEntries(usual), [name]: value })),
      )
      return bodies.map((body) => ({ path, body }))
    })
    for (const [n, { path, body }] of calls.entries()) {
      const answer = await api.post(path, { body, from: `198.51.100.${n % 250}` })
      // a mail that is asked for is promised to everybody, and everybody gets a challenge
      const isForAll = answer.status === 202 || path === '/passkeys/sign-in/options'
      if (answer.status >= 400 || !isForAll) refusalOf(answer)
      assertDecent(answer, `${path} ${JSON.stringify(body).slice(0, 200)}`)
    }
  })

  it('never fails, whatever the Authorization header is (Q92)', async () => {
    const headers = ['', 'Bearer', 'Bearer ', 'Bearer a b', 'Basic', 'Basic %%%', 'Basic Og==', 'x']
    for (const authorization of [...headers, `Bearer ${'a'.repeat(5000)}`, 'Bearer a.b.c']) {
      const me = await api.get('/auth/me', { headers: { authorization } })
      assert.match(refusalOf(me), /^401 api\.token_(?:required|invalid)$/)
      assert.match(me.headers.get('www-authenticate') ?? '', /^Bearer realm="http/)
      const body = { email: 'a@example.test', password: 'x' }
      const login = await api.post('/auth/login', { body, headers: { authorization } })
      assert.match(refusalOf(login), /^40[01] api\.client_/)
    }
  })
})
