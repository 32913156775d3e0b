import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { verifySecret } from '#client/client.ts'
import { brandId, type ClientId } from '#kit/ids.ts'
import { loadBlocklist } from '#login/password/blocklist.ts'
import {
  availableServices,
  createTestServices,
  type TestServices,
} from '#test/support/command-services.ts'
import { availableDatabases } from '#test/support/databases.ts'
import { apply, oneTenant, oneUser, problemsOf, small } from '#test/support/seed.ts'
import { applySeed } from './apply.ts'
import type { SeedReport } from './seed.ts'

const actor = { kind: 'system' } as const
const demo = readFileSync(new URL('../../../config/seed.demo.json', import.meta.url), 'utf8')
const names = (entries: SeedReport['created']) =>
  entries.map(({ kind, tenant, name }) => `${kind} ${tenant} ${name}`)

async function mainOf({ tenants }: TestServices) {
  const main = await tenants.findBySlug('main')
  assert.ok(main)
  return main
}

describe('the demo data', () => {
  for (const kind of availableServices())
    test(`is applied once and then changes nothing (${kind.name})`, async () => {
      await using services = await kind.open()
      const first = await apply(services, demo)
      assert.deepEqual(names(first.created), [
        'tenant main main',
        'tenant acme acme',
        'resource main https://api.example.test',
        'client main demo-web',
        'client main demo-spa',
        'client main demo-device',
        'client main demo-m2m',
        'user main ada@example.test',
        'user main admin@example.test',
        'client acme demo-acme',
        'connection acme employees',
        'connection acme partners',
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

describe('several processes that start together', () => {
  for (const kind of availableDatabases())
    test(`apply the same file without an error (${kind.name})`, async () => {
      await using database = await kind.open()
      const both = [createTestServices(database), createTestServices(database)]
      const reports = await Promise.all(both.map((services) => apply(services, demo)))
      const created = reports.flatMap((report) => names(report.created))
      assert.equal(new Set(created).size, created.length)
      assert.equal(created.length, 12)
    })
})
