import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brandId, type ConnectionId } from '#kit/ids.ts'
import {
  availableServices,
  createTestServices,
  issuer,
  type TestServices,
} from '#test/support/command-services.ts'
import { apply, oneTenant, problemsOf } from '#test/support/seed.ts'
import { exportSeed } from './export.ts'

const google = { id: 'google', type: 'google', client_id: 'signet', client_secret: 'of google' }
const seed = (...connections: object[]) => oneTenant({ connections })

async function connectionOf(services: TestServices, id = 'google') {
  const main = await services.tenants.ensureMain()
  const connection = await services.connections.show(main.id, brandId<ConnectionId>(id))
  return connection ?? assert.fail(`no connection ${id}`)
}

for (const kind of availableServices())
  test(`connections are what the file says, and stay so (${kind.name})`, async () => {
    await using services = await kind.open()
    const domains = [{ domain: 'acme.test', proved: true }]
    const first = await apply(services, seed({ ...google, domains }))
    assert.deepEqual(
      first.created.map(({ kind, name }) => `${kind} ${name}`),
      ['tenant main', 'connection google', 'user ada@example.test'],
    )
    const made = await connectionOf(services)
    assert.deepEqual([made.status, made.hasSecret], ['active', true])
    assert.equal(made.domains[0]?.proof?.by, 'operator')

    const again = await apply(services, seed({ ...google, domains }))
    assert.deepEqual([again.created, again.updated], [[], []])
    assert.equal((await connectionOf(services)).version, made.version)

    const other = await apply(services, seed({ ...google, name: 'With Google' }))
    assert.deepEqual(
      other.updated.map(({ name }) => name),
      ['google'],
    )
    const after = await connectionOf(services)
    assert.deepEqual([after.name, after.domains.length], ['With Google', 1])
  })

test('a connection with a key of ours is whole at once, and keeps its key at every start', async () => {
  const services = createTestServices()
  const document = {
    id: 'google',
    type: 'oidc',
    issuer: 'https://id.acme.test',
    client_id: 'signet',
    token_endpoint_auth_method: 'private_key_jwt',
  }
  await apply(services, seed(document))
  const made = await connectionOf(services)
  assert.deepEqual([made.status, made.publicKeys.length], ['active', 1])
  const again = await apply(services, seed(document))
  assert.deepEqual([again.created, again.updated], [[], []])
  assert.deepEqual((await connectionOf(services)).publicKeys, made.publicKeys)
})

test('a file disables a connection, and never enables one', async () => {
  const services = createTestServices()
  await apply(services, seed({ ...google, status: 'disabled' }))
  assert.equal((await connectionOf(services)).status, 'disabled')
  await apply(services, seed(google))
  assert.equal((await connectionOf(services)).status, 'disabled')
  assert.deepEqual(await problemsOf(services, seed({ ...google, status: 'active' })), [
    'tenants[0].connections[0].status can only be "disabled" or, while it is new, "draft": a file enables nothing',
  ])
})

test('a connection without its secret waits as a draft, and says so', async () => {
  const here = createTestServices()
  await apply(here, seed({ ...google, domains: ['acme.test'] }))
  const { document, notes } = await exportSeed({ ...here, issuer })
  const file = JSON.stringify(document)
  assert.ok(!file.includes('of google'))
  assert.match(notes.join(' '), /connections are drafts until they have their secrets/)

  const elsewhere = createTestServices()
  const report = await apply(elsewhere, file)
  assert.deepEqual(
    report.withoutSecret.map(({ name }) => name),
    ['google'],
  )
  assert.equal((await connectionOf(elsewhere)).status, 'draft')
  const again = await apply(elsewhere, file)
  assert.deepEqual(again.updated, [])

  await apply(elsewhere, seed(google))
  assert.equal((await connectionOf(elsewhere)).hasSecret, true)
})

test('what is wrong with connections is told with all the rest, and nothing is written', async () => {
  const services = createTestServices()
  const marked = { domains: [{ domain: 'acme.test', proved: true }] }
  assert.deepEqual(
    await problemsOf(
      services,
      seed(
        google,
        { ...google, domains: ['gmail.com', 'x'] },
        { id: 'bad', type: 'oidc', isuer: 1 },
      ),
    ),
    [
      'tenants[0].connections[1].domains[0] is of a mail service for anybody: nobody owns its people',
      'tenants[0].connections[1].domains[1] must be a domain, such as acme.test',
      'tenants[0].connections[2].issuer is missing',
      'tenants[0].connections[2].client_id is missing',
      'tenants[0].connections[2].isuer is not a known name; did you mean issuer?',
    ],
  )
  assert.deepEqual(await problemsOf(services, seed(google, google)), [
    'tenants[0].connections[1].id is the same as of tenants[0].connections[0]',
  ])
  assert.deepEqual(
    await problemsOf(services, seed({ ...google, ...marked }, { ...google, ...marked, id: 'two' })),
    ['tenants[0].connections[1].domains[0].proved is proved for the connection google'],
  )
})

for (const kind of availableServices().filter(({ name }) => name !== 'memory'))
  test(`a file that fails on a connection leaves nothing behind (${kind.name})`, async () => {
    await using services = await kind.open()
    await apply(services, seed(google))
    const changed = { ...google, type: 'github' }
    const problems = await problemsOf(services, oneTenant({ name: 'New', connections: [changed] }))
    assert.match(problems.join(), /type never changes/)
    const main = await services.tenants.findBySlug('main')
    assert.notEqual(main?.name, 'New')
    assert.equal((await connectionOf(services)).type, 'google')
  })
