import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brandId, type ClientId } from '#kit/ids.ts'
import {
  availableServices,
  createTestServices,
  issuer,
  type TestServices,
} from '#test/support/command-services.ts'
import { applySeed } from './apply.ts'
import { exportSeed } from './export.ts'

const demo = readFileSync(new URL('../../../config/seed.demo.json', import.meta.url), 'utf8')
const actor = { kind: 'cli' } as const

const apply = (services: TestServices, text: string) =>
  applySeed({ name: 'seed.json', text }, { ...services, issuer, actor })

async function exported(services: TestServices): Promise<string> {
  const { document } = await exportSeed({ ...services, issuer })
  return JSON.stringify(document, undefined, 2)
}

const acme = {
  tenants: [
    {
      slug: 'other',
      name: 'Acme',
      issuer: 'https://id.acme.test',
      status: 'disabled',
      settings: { default_locale: 'de', support_email: 'help@acme.test' },
      users: [
        { email: 'bob@example.test', name: 'Bob', locale: 'de', groups: ['staff'] },
        { email: 'old@example.test', status: 'disabled' },
      ],
      clients: [
        {
          client_id: 'app',
          application_type: 'native',
          redirect_uris: ['com.example.app:/cb'],
          token_endpoint_auth_method: 'none',
          status: 'disabled',
        },
      ],
      resources: [{ identifier: 'urn:acme:api', scopes: ['x'], access_token_format: 'opaque' }],
      connections: [
        {
          id: 'acme-saml',
          type: 'saml',
          metadata_url: 'https://idp.acme.test/metadata',
          domains: ['claimed.test', { domain: 'acme.test', proved: true, enforced: true }],
          groups: { Staff: { roles: ['editor'], groups: ['staff'] } },
        },
        {
          id: 'old',
          type: 'google',
          client_id: 'signet',
          client_secret: 'a secret of Google',
          status: 'disabled',
        },
      ],
    },
  ],
}

for (const kind of availableServices())
  test(`what is exported is accepted, changes nothing here, and makes the same elsewhere (${kind.name})`, async () => {
    await using here = await kind.open()
    await apply(here, demo)
    await apply(here, JSON.stringify(acme))
    const file = await exported(here)

    const again = await apply(here, file)
    assert.deepEqual([again.created, again.updated, again.generated], [[], [], []])
    assert.ok(await here.signsIn('main', 'ada@example.test', 'correct-horse-battery'))

    const elsewhere = createTestServices()
    const report = await apply(elsewhere, file)
    assert.equal(await exported(elsewhere), file)
    assert.deepEqual(
      report.generated.map(({ kind, name }) => `${kind} ${name}`),
      [
        'client_secret demo-acme',
        'client_secret demo-m2m',
        'client_secret demo-web',
        'password admin@example.test',
      ],
    )
  })

test('no secret is in an export, nor anything it is made of', async () => {
  const services = createTestServices()
  const { generated } = await apply(services, demo)
  const file = await exported(services)
  const main = await services.tenants.findBySlug('main')
  assert.ok(main)
  const web = await services.clients.find(main.id, brandId<ClientId>('demo-web'))
  const secrets = [
    'correct-horse-battery',
    'demo-web-secret-for-a-laptop-only',
    ...generated.map(({ value }) => value),
    ...(web?.secretHashes ?? []),
  ]
  for (const secret of secrets) assert.ok(!file.includes(secret))
  assert.doesNotMatch(file, /secret"|password"/)
})

test('clients that registered themselves and deleted people stay out, and the notes say so (Q9)', async () => {
  const services = createTestServices()
  await apply(services, demo)
  const main = await services.tenants.findBySlug('main')
  assert.ok(main)
  const registered = await services.clients.create({
    tenantId: main.id,
    origin: 'registration',
    metadata: { redirect_uris: ['https://stranger.example.test/cb'] },
  })
  assert.equal(registered.outcome, 'saved')
  const ada = await services.accounts.findByEmail(main.id, 'ada@example.test')
  assert.ok(ada)
  await services.accounts.setStatus(main.id, ada.id, 'deleted', actor)
  const file = await exported(services)
  assert.doesNotMatch(file, /stranger|ada@/)
  const { notes } = await exportSeed({ ...services, issuer })
  assert.match(notes.join('\n'), /1 clients that registered themselves/)
})
