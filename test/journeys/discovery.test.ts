import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { importJWK } from 'jose'
import { readAnswer } from '#test/support/protocol.ts'
import { openWorld } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

describe('what every relying party reads', () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
    readAnswer(await world.transport.fetch(world.issuer + path, { headers }))
  const ask = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ) => readAnswer(await world.transport.fetch(world.issuer + path, { method, headers }))

  const documents = ['/.well-known/openid-configuration', '/jwks', '/t/acme/jwks']

  it('stands at both addresses of both specifications (OIDC Discovery §4, RFC 8414 §3.1)', async () => {
    const root = await get('/.well-known/openid-configuration')
    assert.equal(root.json['issuer'], world.issuer)
    assert.equal((await get('/.well-known/oauth-authorization-server')).body, root.body)

    const acme = await get('/t/acme/.well-known/openid-configuration')
    assert.equal(acme.json['issuer'], `${world.issuer}/t/acme`)
    const others = [
      '/t/acme/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/t/acme',
      '/.well-known/openid-configuration/t/acme',
    ]
    for (const path of others) assert.equal((await get(path)).body, acme.body, path)
  })

  it('names endpoints below the issuer, each of which is there', async () => {
    for (const base of ['', '/t/acme']) {
      const { json } = await get(`${base}/.well-known/openid-configuration`)
      const endpoints = Object.entries(json).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
      assert.ok(endpoints.length >= 10)
      for (const [name, address] of endpoints) {
        assert.ok(String(address).startsWith(`${world.issuer}${base}/`), name)
        const path = String(address).slice(world.issuer.length)
        const statuses = [(await get(path)).status, (await ask('POST', path)).status]
        assert.ok(!statuses.every((status) => status === 404), name)
      }
    }
  })

  it('carries the same headers whether it was put together in advance or not (Q69)', async () => {
    const own = (headers: Headers) =>
      [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')
    for (const path of documents) {
      const inAdvance = await get(path)
      const other = await ask('HEAD', path)
      assert.deepEqual(own(inAdvance.headers), own(other.headers))
      assert.match(inAdvance.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
      assert.match(inAdvance.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
    }
  })

  it('promises no more than is done', async () => {
    const { json } = await get('/.well-known/openid-configuration')
    const expected = {
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_uri_parameter_supported: false,
      request_parameter_supported: true,
      claims_parameter_supported: true,
      subject_types_supported: ['public', 'pairwise'],
      backchannel_logout_supported: true,
      ui_locales_supported: ['en', 'de'],
    }
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(json[name], value, name)
    const algorithms = Object.entries(json).filter(([name]) => /_alg_values_/.test(name))
    assert.ok(algorithms.length >= 5)
    for (const [name, values] of algorithms)
      assert.doesNotMatch(String(values), /none|HS\d|ES256K/, name)
    assert.deepEqual(
      new Set(json['grant_types_supported'] as string[]),
      new Set([
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
      ]),
    )
    assert.deepEqual(
      new Set(json['token_endpoint_auth_methods_supported'] as string[]),
      new Set(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
    )
  })

  it('publishes public keys only: what signs, what will sign, one for each algorithm', async () => {
    const { json } = await get('/jwks')
    const keys = json['keys'] as Record<string, string>[]
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length)
    assert.deepEqual(new Set(keys.map(({ alg }) => alg)), new Set(['ES256', 'RS256']))
    assert.equal(keys.length, 4)
    for (const key of keys) {
      assert.equal(key['use'], 'sig')
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
        assert.equal(key[secret], undefined)
      if (key['kty'] === 'RSA') assert.ok((key['n'] ?? '').length >= 512, '3072 bits')
      await importJWK(key, key['alg'])
    }
    const acme = (await get('/t/acme/jwks')).json['keys'] as Record<string, string>[]
    assert.ok(acme.every(({ kid }) => !keys.some((key) => key['kid'] === kid)))
  })

  for (const path of documents) {
    it(`${path} can be read by a person, cached and asked for again`, async () => {
      const whole = await get(path)
      assert.equal(whole.status, 200)
      assert.match(whole.headers.get('content-type') ?? '', /^application\/(jwk-set\+)?json/)
      assert.equal(whole.headers.get('cache-control'), 'public, max-age=300')
      assert.match(whole.body, /^\{\n  "/)
      const etag = whole.headers.get('etag') ?? ''
      assert.match(etag, /^"[\w-]+"$/)

      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const same = await get(path, { 'if-none-match': known })
        assert.deepEqual([same.status, same.body], [304, ''], known)
        assert.equal(same.headers.get('etag'), etag)
        assert.equal(same.headers.get('cache-control'), 'public, max-age=300')
      }
      assert.equal((await get(path, { 'if-none-match': '"other"' })).status, 200)

      const head = await ask('HEAD', path)
      assert.deepEqual([head.status, head.body], [200, ''])
      assert.equal(head.headers.get('content-length'), whole.headers.get('content-length'))
    })

    it(`${path} can be read by every script, without credentials (Q10)`, async () => {
      const origin = 'https://anybody.example.test'
      for (const answer of [await get(path, { origin }), await get(path)]) {
        assert.equal(answer.headers.get('access-control-allow-origin'), '*')
        assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      }
      const preflight = await ask('OPTIONS', path, {
        origin,
        'access-control-request-method': 'GET',
      })
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
        assert.equal((await ask(method, path)).status, 405)
    })
  }

  it('is not there for a tenant that is not', async () => {
    const paths = [
      '/t/nobody/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/t/nobody',
      '/.well-known/openid-configuration/t/main',
      '/t/main/.well-known/openid-configuration',
      '/t/ACME/.well-known/openid-configuration',
      '/t/acme/t/acme/.well-known/openid-configuration',
      '/t//.well-known/openid-configuration',
      '/t/..%2facme/jwks',
      '/.well-known/openid-configuration/acme',
    ]
    for (const path of paths) assert.equal((await get(path)).status, 404, path)
  })

  it('is gone with a disabled tenant (Q18)', async () => {
    const tenant = await world.addTenant('soon-gone')
    assert.equal((await get('/t/soon-gone/jwks')).status, 200)
    await world.app.tenants.update({ ...tenant, status: 'disabled' })
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/authorize', '/token'])
      assert.equal((await get(`/t/soon-gone${path}`)).status, 404, path)
  })
})
