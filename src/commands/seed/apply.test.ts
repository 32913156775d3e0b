import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { verifySecret } from '#client/client.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { loadBlocklist } from '#login/password/blocklist.ts'
import {
  availableServices,
  createTestServices,
  issuer,
  type TestServices,
} from '#test/support/command-services.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { applySeed } from './apply.ts'
import { SeedInvalid } from './problem.ts'
import type { SeedReport } from './seed.ts'

const demo = readFileSync(new URL('../../../config/seed.demo.json', import.meta.url), 'utf8')
const actor = { kind: 'system' } as const

function apply(services: TestServices, seed: unknown): Promise<SeedReport> {
  const text = typeof seed === 'string' ? seed : JSON.stringify(seed)
  return applySeed({ name: 'seed.json', text }, { ...services, issuer, actor })
}

const names = (entries: SeedReport['created']) =>
  entries.map(({ kind, tenant, name }) => `${kind} ${tenant} ${name}`)

async function mainOf({ tenants }: TestServices) {
  const main = await tenants.findBySlug('main')
  assert.ok(main)
  return main
}

async function problemsOf(services: TestServices, seed: unknown) {
  const error = await apply(services, seed).catch((caught: unknown) => caught)
  assert.ok(error instanceof SeedInvalid, String(error))
  return error.problems.map(({ path, message }) => `${path} ${message}`)
}

const small = {
  slug: 'main',
  name: 'Acme',
  users: [{ email: 'ada@example.test', password: 'grumpy tea cups' }],
}
const oneTenant = (tenant: object) => ({ tenants: [{ ...small, ...tenant }] })
const oneUser = (user: object) =>
  oneTenant({ users: [{ email: 'ada@example.test', password: 'grumpy tea cups', ...user }] })

describe('the demo data', () => {
  for (const kind of availableServices())
    test(`is applied once and then changes nothing (${kind.name})`, async () => {
      await using services = await kind.open()
      const first = await apply(services, demo)
      assert.deepEqual(names(first.created), [
        'tenant main main',
        'resource main https://api.example.test',
        'client main demo-web',
        'client main demo-spa',
        'client main demo-device',
        'client main demo-m2m',
        'user main ada@example.test',
        'user main admin@example.test',
      ])
      assert.deepEqual(first.unchanged, [])
      assert.ok(await services.signsIn('main', 'ada@example.test', 'correct-horse-battery'))
      const [generated] = first.generated
      assert.equal(generated?.name, 'admin@example.test')
      assert.equal(first.generated.length, 1)
      assert.ok(await services.signsIn('main', 'admin@example.test', generated?.value ?? ''))

      const main = await mainOf(services)
      const events = await services.audit.list(main.id, { limit: 100 })
      services.clock.advance(3_600_000)
      const second = await apply(services, demo)
      assert.deepEqual([second.created, second.updated, second.generated], [[], [], []])
      assert.deepEqual(second.unchanged, first.created)
      assert.deepEqual(names(second.passwordsKept), ['user main ada@example.test'])
      assert.deepEqual(await services.audit.list(main.id, { limit: 100 }), events)
      assert.equal((await mainOf(services)).version, main.version)
    })

  test('its password passes the real rules: demo data must not weaken them', async () => {
    const services = { ...createTestServices(), isCommonPassword: loadBlocklist() }
    assert.ok((await apply(services, demo)).created.length > 0)
  })
})

test('demo data is refused where the issuer looks like a real one (Q89)', async () => {
  const services = createTestServices()
  const at = (issuer: string) =>
    applySeed({ name: 'seed.json', text: `${demo}\n` }, { ...services, issuer, actor })
  await assert.rejects(at('https://id.example.com'), /demo data, whose passwords everybody knows/)
  assert.deepEqual(await services.tenants.list(), [])
  assert.ok((await at('https://localhost:3000')).created.length > 0)
})

describe('applying again', () => {
  test('writes what the file names and leaves alone what it does not', async () => {
    const services = createTestServices()
    await apply(services, oneTenant({ settings: { registration: 'open' } }))
    const main = await mainOf(services)
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    assert.ok(ada)
    const hers = { ...ada, profile: { locale: 'de' }, roles: ['staff'], emailVerified: true }
    await services.accounts.update(hers, actor)

    const report = await apply(services, {
      tenants: [
        {
          slug: 'main',
          name: 'Acme & Sons',
          settings: { default_locale: 'de' },
          users: [{ email: 'Ada@Example.test', name: 'Ada' }],
        },
      ],
    })
    assert.deepEqual(names(report.updated), ['tenant main main', 'user main Ada@Example.test'])
    const { name, settings } = await mainOf(services)
    assert.deepEqual(
      [name, settings.registration, settings.default_locale],
      ['Acme & Sons', 'open', 'de'],
    )
    const after = await services.accounts.find(main.id, ada.id)
    assert.deepEqual(after?.profile, { locale: 'de', name: 'Ada' })
    assert.deepEqual([after?.roles, after?.emailVerified], [['staff'], true])
  })

  test('never sets a password again: since the first time it is theirs', async () => {
    const services = createTestServices()
    await apply(services, oneUser({}))
    const report = await apply(services, oneUser({ password: 'another long password' }))
    assert.deepEqual(names(report.passwordsKept), ['user main ada@example.test'])
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
    assert.equal(await services.signsIn('main', 'ada@example.test', 'another long password'), false)
  })

  test('keeps the secrets of a client the file gives none, and takes a new one it gives', async () => {
    const services = createTestServices()
    const client = { client_id: 'web', redirect_uris: ['https://app.example.test/cb'] }
    const first = await apply(services, oneTenant({ clients: [client] }))
    const [generated] = first.generated
    assert.deepEqual([generated?.kind, generated?.name], ['client_secret', 'web'])
    const main = await mainOf(services)
    const accepts = async (secret: string) => {
      const found = await services.clients.find(main.id, brandId<ClientId>('web'))
      return found !== undefined && verifySecret(found, secret)
    }

    const again = await apply(services, oneTenant({ clients: [client] }))
    assert.deepEqual([again.updated, again.generated], [[], []])
    assert.ok(await accepts(generated?.value ?? ''))

    const withSecret = { ...client, client_secret: 'a secret of its own'.replaceAll(' ', '-') }
    const third = await apply(services, oneTenant({ clients: [withSecret] }))
    assert.deepEqual(names(third.updated), ['client main web'])
    assert.ok(await accepts('a-secret-of-its-own'))
    assert.equal(await accepts(generated?.value ?? ''), false)
  })

  test('disables, and never enables again or revives (Q18, Q20)', async () => {
    const services = createTestServices()
    const client = { client_id: 'web', redirect_uris: ['https://app.example.test/cb'] }
    const on = { tenants: [{ ...small, clients: [client] }] }
    const off = {
      tenants: [
        {
          ...small,
          users: [{ email: 'ada@example.test', status: 'disabled' }],
          clients: [{ ...client, status: 'disabled' }],
        },
      ],
    }
    await apply(services, on)
    const report = await apply(services, off)
    assert.deepEqual(names(report.updated), ['client main web', 'user main ada@example.test'])
    const main = await mainOf(services)
    const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
    assert.ok(ada)
    assert.deepEqual(services.ended, ['web', ada.id])

    await apply(services, on)
    assert.equal((await services.accounts.find(main.id, ada.id))?.status, 'disabled')
    const web = await services.clients.find(main.id, brandId<ClientId>('web'))
    assert.equal(web?.status, 'disabled')

    await services.accounts.setStatus(main.id, ada.id, 'deleted', actor)
    const last = await apply(services, oneUser({ name: 'Ada again' }))
    assert.ok(names(last.unchanged).includes('user main ada@example.test'))
    assert.equal((await services.accounts.find(main.id, ada.id))?.profile.name, undefined)
  })
})

describe('a new person', () => {
  test('without a password has none, unless they administer the tenant (Q33, Q89)', async () => {
    const services = createTestServices()
    const users = [
      { email: 'bob@example.test' },
      { email: 'root@example.test', roles: ['admin'] },
      { email: 'old@example.test', roles: ['admin'], status: 'disabled' },
    ]
    const settings = { password_min_length: 64 }
    const report = await apply(services, oneTenant({ settings, users }))
    assert.deepEqual(
      report.generated.map(({ kind, name }) => [kind, name]),
      [['password', 'root@example.test']],
    )
    const [{ value } = { value: '' }] = report.generated
    assert.ok(value.length >= 64)
    assert.ok(await services.signsIn('main', 'root@example.test', value))
    const main = await mainOf(services)
    const old = await services.accounts.findByEmail(main.id, 'old@example.test')
    assert.equal(old?.status, 'disabled')
  })

  // `grumpy tea cups`, hashed by libxcrypt
  const hash = '$2a$04$abcdefghijklmnopqrstuu1/LStV.7hAUqEO9kXhP1WkWs3hFWI7q'

  test('brings the hash another system made of their password (Q32)', async () => {
    const services = createTestServices()
    const users = [{ email: 'ada@example.test', password_hash: hash, roles: ['admin'] }]
    const first = await apply(services, oneTenant({ users }))
    assert.deepEqual(first.generated, [])
    assert.ok(await services.signsIn('main', 'ada@example.test', 'grumpy tea cups'))
    assert.equal(await services.signsIn('main', 'ada@example.test', 'grumpy tea cup'), false)
    const second = await apply(services, oneTenant({ users }))
    assert.deepEqual([second.created, second.updated], [[], []])
    assert.deepEqual(names(second.passwordsKept), ['user main ada@example.test'])
  })

  test('brings either a password or a hash, and one that is not a weapon (Q32)', async () => {
    const at = 'tenants[0].users[0].password_hash'
    const problems = (user: object) => problemsOf(createTestServices(), oneUser(user))
    assert.deepEqual(await problems({ password_hash: hash }), [
      `${at} cannot stand beside password: give one of them`,
    ])
    assert.deepEqual(
      await problems({ password: undefined, password_hash: hash.replace('04', '31') }),
      [`${at} has 31 for the cost instead of 4 to 14`],
    )
    assert.deepEqual(await problems({ password: undefined, password_hash: 'grumpy tea cups' }), [
      `${at} is not a bcrypt, scrypt, PBKDF2 or argon2 hash in the form $id$parameters$salt$hash`,
    ])
    assert.deepEqual(
      await problems({ password: undefined, password_hash: hash, status: 'disabled' }),
      [`${at} has no use: the person is disabled`],
    )
  })

  test('gets their password under the rules of their tenant', async () => {
    const cases = [
      ['too short', 'is too short: at least 15 characters'],
      ['everybody has this', 'is one that many people choose: several unrelated words are better'],
      ['ada example test', 'is made of the names of the person or the service'],
      ['a\0 long enough one', 'holds a character that cannot be kept'],
    ] as const
    for (const [password, message] of cases)
      assert.deepEqual(await problemsOf(createTestServices(), oneUser({ password })), [
        `tenants[0].users[0].password ${message}`,
      ])
  })
})

describe('another tenant', () => {
  test('is made with its own issuer, status and signing keys', async () => {
    const services = createTestServices()
    const acme = { ...small, slug: 'acme', issuer: 'https://id.acme.test', status: 'disabled' }
    await apply(services, { tenants: [acme] })
    const tenant = await services.tenants.findBySlug('acme')
    assert.deepEqual([tenant?.issuer, tenant?.status], ['https://id.acme.test', 'disabled'])
    assert.ok(tenant && (await services.keys.list(tenant.id)).length > 0)
    assert.deepEqual((await apply(services, { tenants: [acme] })).updated, [])
  })

  test('may not take the issuer of another, nor one that is no issuer; nothing is kept', async () => {
    const services = createTestServices()
    const acme = { ...small, slug: 'acme', issuer: 'https://id.acme.test' }
    await apply(services, { tenants: [acme] })
    const rival = { ...small, slug: 'rival', issuer: 'https://id.acme.test' }
    assert.deepEqual(await problemsOf(services, { tenants: [rival] }), [
      'tenants[0].issuer is the issuer of the tenant acme',
    ])
    const [problem] = await problemsOf(services, oneTenant({ slug: 'odd', issuer: 'ftp://x' }))
    assert.match(problem ?? '', /^tenants\[0\] issuer must use https/)
    assert.equal((await services.tenants.findBySlug('rival')) ?? undefined, undefined)
  })
})

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
      /^26 tenants\[0\]\.connections is not supported yet: remove it$/,
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

describe('several processes that start together', () => {
  for (const kind of availableDatabases())
    test(`apply the same file without an error (${kind.name})`, async () => {
      await using database = await kind.open()
      const both = [createTestServices(database), createTestServices(database)]
      const reports = await Promise.all(both.map((services) => apply(services, demo)))
      const created = reports.flatMap((report) => names(report.created))
      assert.equal(new Set(created).size, created.length)
      assert.equal(created.length, 8)
    })
})
