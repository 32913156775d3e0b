import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTestServices } from '#test/support/command-services.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { apply, oneTenant, oneUser, problemsOf, small } from '#test/support/seed.ts'
import { SeedInvalid } from './problem.ts'

describe('a file with mistakes', () => {
  const broken = `{
  "tenant": [],
  "tenants": [
    {
      "slug": "main",
      "name": "Acme",
      "settings": { "registraton": "open", "default_locale": "xx" },
      "users": [
        { "email": "ada@example.test", "pasword": "grumpy tea cups" },
        { "email": "not an address" },
        { "email": "eve@example.test", "email_verified": "yes", "password": "short" },
        { "email": "bob@example.test" },
        { "email": "BOB@example.test", "status": "active" }
      ],
      "clients": [
        { "client_id": "web", "redirect_uri": "https://app.example.test/cb" },
        { "client_id": "app", "redirect_uris": ["http://app.example.test/cb"] },
        { "redirect_uris": ["https://app.example.test/cb"] },
        { "client_id": "svc", "grant_types": ["client_credentials"], "resources": {
            "https://api.example.test": ["read", "fly"] } }
      ],
      "resources": [
        { "identifier": "https://api.example.test", "scope": ["read"], "scopes": ["read", "openid"] },
        { "identifier": "https://api.example.test#x" }
      ],
      "connections": [{ "id": "google", "type": "google" }]
    },
    { "slug": "Acme Corp", "users": {} },
    7
  ]
}`

  test('is refused with every one of them at once: path, line, what is wrong, the nearest name (Q80)', async () => {
    const services = createTestServices()
    const error = await apply(services, broken).catch((caught: unknown) => caught)
    assert.ok(error instanceof SeedInvalid)
    const lines = error.problems.map(({ path, line, message }) => `${line} ${path} ${message}`)
    const expected = [
      /^2 tenant is not a known name; did you mean tenants\?$/,
      /^7 tenants\[0\]\.settings\.default_locale /,
      /^7 tenants\[0\]\.settings\.registraton is not a known name; did you mean registration\?$/,
      /^9 tenants\[0\]\.users\[0\]\.pasword is not a known name; did you mean password\?$/,
      /^10 tenants\[0\]\.users\[1\]\.email is not a usable e-mail address$/,
      /^11 tenants\[0\]\.users\[2\]\.email_verified must be true or false$/,
      /^13 tenants\[0\]\.users\[4\]\.status can only be "disabled"/,
      /^16 tenants\[0\]\.clients\[0\]\.redirect_uri is not a known name; did you mean redirect_uris\?$/,
      /^16 tenants\[0\]\.clients\[0\]\.redirect_uris must hold at least one/,
      /^17 tenants\[0\]\.clients\[1\]\.redirect_uris\[0\] /,
      /^18 tenants\[0\]\.clients\[2\]\.client_id is missing$/,
      /^23 tenants\[0\]\.resources\[0\]\.scope is not a known name; did you mean scopes\?$/,
      /^24 tenants\[0\]\.resources\[1\]\.identifier must not hold a fragment$/,
      /^26 tenants\[0\]\.connections\[0\]\.client_id is missing$/,
      /^28 tenants\[1\]\.slug must be 2 to 40 lower-case letters/,
      /^28 tenants\[1\]\.name is missing$/,
      /^28 tenants\[1\]\.users must be a list$/,
      /^29 tenants\[2\] must be an object$/,
    ]
    assert.equal(lines.length, expected.length, lines.join('\n'))
    expected.forEach((pattern, at) => assert.match(lines[at] ?? '', pattern))
    assert.match(error.message, /seed\.json:9 {2}tenants\[0\]\.users\[0\]\.pasword is not/)
    assert.doesNotMatch(error.message, /grumpy/)
    assert.deepEqual(await services.tenants.list(), [])
  })

  test('names what refers to nothing', async () => {
    const clients = [
      {
        client_id: 'svc',
        grant_types: ['client_credentials'],
        resources: { 'https://a.test': [] },
      },
      {
        client_id: 'web',
        redirect_uris: ['https://a.test/'],
        resources: { 'https://b.test': ['x'] },
      },
    ]
    const resources = [{ identifier: 'https://b.test', scopes: ['y'], introspectors: ['svcc'] }]
    assert.deepEqual(await problemsOf(createTestServices(), oneTenant({ clients, resources })), [
      'tenants[0].clients[0].resources.https://a.test is not a resource of this tenant',
      'tenants[0].clients[1].resources.https://b.test has no scope x',
      'tenants[0].resources[0].introspectors[0] is not a client of this tenant',
    ])
  })

  test('names what is there twice', async () => {
    const web = { client_id: 'web', redirect_uris: ['https://a.test/'] }
    const api = { identifier: 'https://a.test' }
    const users = [{ email: 'bob@example.test' }, { email: 'BOB@example.test' }]
    const tenant = { ...small, users, clients: [web, web], resources: [api, api] }
    assert.deepEqual(await problemsOf(createTestServices(), { tenants: [tenant, small] }), [
      'tenants[0].users[1].email is the same as of tenants[0].users[0]',
      'tenants[0].clients[1].client_id is the same as of tenants[0].clients[0]',
      'tenants[0].resources[1].identifier is the same as of tenants[0].resources[0]',
      'tenants[1].slug is the same as of tenants[0]',
    ])
    assert.deepEqual(await problemsOf(createTestServices(), '{"tenants": [], "tenants": []}'), [
      'tenants is given twice',
    ])
  })

  test('that is no JSON is refused with the line', async () => {
    const error = await apply(createTestServices(), '{\n"tenants" []}').catch((caught) => caught)
    assert.ok(error instanceof SeedInvalid)
    assert.deepEqual(Object.keys(error.problems[0] ?? {}), ['path', 'line', 'message'])
    assert.equal(error.problems[0]?.line, 2)
  })

  test('may be anything at all, and is refused', async () => {
    for (const text of ['', '[]', '7', 'null', '{"tenants": {}}', '{"tenants": [null]}'])
      assert.ok((await problemsOf(createTestServices(), text)).length > 0, text)
  })

  for (const kind of availableDatabases())
    test(`that only the last step sees leaves nothing behind (${kind.name})`, async () => {
      await using database = await kind.open()
      const services = createTestServices(database)
      const refusing = {
        ...services,
        passwords: {
          ...services.passwords,
          setPassword: async () => ({ outcome: 'refused', reason: 'common' }) as const,
        },
      }
      await assert.rejects(apply(refusing, oneUser({})), SeedInvalid)
      assert.deepEqual(await services.tenants.list(), [])
    })
})
