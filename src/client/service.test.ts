import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '#kit/hash.ts'
import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import { newId } from '#kit/random.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createRecordingAudit } from '#test/support/recording-audit.ts'
import { verifySecret } from './client.ts'
import type { Client, ClientOrigin, CreateClientResult } from './client.ts'
import { createMemoryClientStore, createMemoryResourceStore } from './memory.ts'
import { createClients } from './service.ts'
import { exampleClient, exampleMetadata, exampleResource } from './store.contract.ts'

const redirect_uris = ['https://app.example.test/cb']
const api = 'https://api.example.test'

function setup() {
  const store = createMemoryClientStore()
  const resources = createMemoryResourceStore()
  const clock = createFakeClock()
  const audit = createRecordingAudit()
  const ended: string[] = []
  const ender = {
    fail: false,
    async endClient(_: TenantId, clientId: ClientId) {
      if (ender.fail) throw new Error('the store of artifacts is down')
      const { status } = (await store.find(tenantId, clientId)) ?? { status: 'gone' }
      ended.push(`${clientId} while ${status}`)
    },
  }
  const transactor = {
    transaction: <T>(work: (within: undefined) => Promise<T>) => work(undefined),
  }
  const startProcess = () => createClients({ store, resources, clock, audit, ender, transactor })
  const clients = startProcess()
  const tenantId = newId<TenantId>()
  const create = (metadata: Record<string, unknown>, origin: ClientOrigin = 'cli') =>
    clients.create({ tenantId, origin, metadata })
  return { store, clock, audit, ended, ender, startProcess, clients, tenantId, create }
}

function saved(result: CreateClientResult): { client: Client; secret: string | undefined } {
  return result.outcome === 'saved' ? result : assert.fail(JSON.stringify(result))
}

const types = (audit: { events: { type: string }[] }) => audit.events.map(({ type }) => type)

describe('creating a client', () => {
  it('draws an id and a secret that is shown once and kept as a hash (Q22)', async () => {
    const { clients, tenantId, create } = setup()
    const { client, secret } = saved(await create({ redirect_uris }))
    assert.match(client.clientId, /^[A-Za-z0-9_-]{36}$/)
    assert.match(secret ?? '', /^[A-Za-z0-9_-]{43}$/)
    assert.deepEqual(client.secretHashes, [sha256(secret ?? '')])
    const found = await clients.find(tenantId, client.clientId)
    assert.deepEqual(found, client)
    assert.ok(!JSON.stringify(found).includes(secret ?? '?'))
  })

  it('draws no secret for a client that has keys or is public', async () => {
    const { create } = setup()
    for (const input of [
      { token_endpoint_auth_method: 'none' },
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.test/jwks' },
    ]) {
      const { client, secret } = saved(await create({ redirect_uris, ...input }))
      assert.equal(secret, undefined)
      assert.deepEqual(client.secretHashes, [])
    }
  })

  it('takes the id and secret of a seed, and those the engine drew at registration', async () => {
    const { create } = setup()
    const own = { redirect_uris, client_id: 'demo', client_secret: 'sixteen-letters!' }
    const { client, secret } = saved(await create(own, 'seed'))
    assert.equal(client.clientId, 'demo')
    assert.equal(secret, undefined)
    assert.ok(verifySecret(client, 'sixteen-letters!'))
    const drawn = { ...own, client_id: 'drawn' }
    assert.equal(saved(await create(drawn, 'registration')).client.clientId, 'drawn')
  })

  it('says taken for an id of this tenant, not of another', async () => {
    const { clients, create } = setup()
    const metadata = { redirect_uris, client_id: 'demo' }
    saved(await create(metadata))
    assert.deepEqual(await create(metadata), { outcome: 'taken' })
    saved(await clients.create({ tenantId: newId(), origin: 'cli', metadata }))
  })

  it('keeps nothing that is not valid', async () => {
    const { clients, tenantId, create, audit } = setup()
    const result = await create({ redirect_uris: ['javascript:alert(1)'] })
    assert.equal(result.outcome, 'invalid')
    assert.deepEqual(await clients.list(tenantId), [])
    assert.deepEqual(audit.events, [])
  })

  it('grants scopes of resources that exist only (RFC 8707 §2)', async () => {
    const { clients, tenantId, create } = setup()
    await clients.putResource(exampleResource(tenantId))
    saved(await create({ redirect_uris, resources: { [api]: ['read'] } }))
    const result = await create({
      redirect_uris,
      resources: { [api]: ['read', 'delete'], 'https://other.test': ['read'] },
    })
    assert.deepEqual(
      result.outcome === 'invalid' && result.problems.map(({ field, message }) => [field, message]),
      [
        [`resources.${api}`, 'has no scope delete'],
        ['resources.https://other.test', 'is not a resource of this tenant'],
      ],
    )
  })

  it('tells the audit log, without the secret (Q91)', async () => {
    const { create, audit, tenantId } = setup()
    const { client } = saved(await create({ redirect_uris }, 'registration'))
    const event = { tenantId, clientId: client.clientId, outcome: 'success' }
    assert.deepEqual(audit.events, [
      { ...event, type: 'client.created', actor: { kind: 'anonymous' } },
    ])
  })
})

describe('replacing a client', () => {
  const own = { redirect_uris, client_id: 'demo', client_secret: 'sixteen-letters!' }
  const clientId = brandId<ClientId>('demo')

  it('changes nothing when a seed says the same again', async () => {
    const { clients, tenantId, create, audit, clock } = setup()
    const { client } = saved(await create(own, 'seed'))
    clock.advance(5000)
    const again = await clients.replace({ tenantId, clientId, origin: 'seed', metadata: own })
    assert.deepEqual(saved(again).client, client)
    assert.deepEqual(types(audit), ['client.created'])
  })

  it('shows the change at once and never under the same updatedAt', async () => {
    const { clients, tenantId, create, audit } = setup()
    const { client } = saved(await create(own, 'seed'))
    await clients.find(tenantId, clientId)
    const metadata = { ...own, client_name: 'Other' }
    await clients.replace({ tenantId, clientId, origin: 'seed', metadata })
    const after = await clients.find(tenantId, clientId)
    assert.equal(after?.metadata.client_name, 'Other')
    assert.ok(after && after.updatedAt > client.updatedAt)
    assert.deepEqual(types(audit), ['client.created', 'client.replaced'])
  })

  it('keeps live secrets, unless another one is given: then all others die', async () => {
    const { clients, tenantId, create } = setup()
    await create(own, 'seed')
    const fresh = await clients.rotateSecret(tenantId, clientId)
    const replace = (metadata: unknown) =>
      clients.replace({ tenantId, clientId, origin: 'seed', metadata })
    const { client_secret: _, ...withoutSecret } = own
    for (const metadata of [own, withoutSecret]) {
      const { client, secret } = saved(await replace(metadata))
      assert.equal(secret, undefined)
      assert.ok(verifySecret(client, fresh ?? '') && verifySecret(client, own.client_secret))
    }
    const other = saved(await replace({ ...own, client_secret: 'another-secret-of-the-seed' }))
    assert.ok(verifySecret(other.client, 'another-secret-of-the-seed'))
    assert.ok(!verifySecret(other.client, fresh ?? ''))
    assert.ok(!verifySecret(other.client, own.client_secret))
  })

  it('drops the secrets of a client that becomes public, and draws one when it turns back', async () => {
    const { clients, tenantId, create } = setup()
    await create(own, 'seed')
    const replace = (method: string) =>
      clients.replace({
        tenantId,
        clientId,
        origin: 'cli',
        metadata: { redirect_uris, token_endpoint_auth_method: method },
      })
    assert.deepEqual(saved(await replace('none')).client.secretHashes, [])
    const back = saved(await replace('client_secret_post'))
    assert.ok(back.secret !== undefined && verifySecret(back.client, back.secret))
    assert.ok(!verifySecret(back.client, own.client_secret))
  })

  it('refuses another id (RFC 7592 §2.2), an unknown client and invalid metadata', async () => {
    const { clients, tenantId, create, store } = setup()
    const { client } = saved(await create(own, 'seed'))
    const replace = (id: ClientId, metadata: unknown) =>
      clients.replace({ tenantId, clientId: id, origin: 'cli', metadata })
    const outcome = async (id: ClientId, metadata: unknown) => (await replace(id, metadata)).outcome
    assert.equal(await outcome(clientId, { ...own, client_id: 'other' }), 'invalid')
    assert.equal(await outcome(clientId, { ...own, redirect_uris: [] }), 'invalid')
    assert.equal(await outcome(clientId, { ...own, resources: { [api]: ['read'] } }), 'invalid')
    assert.equal(await outcome(brandId<ClientId>('ghost'), own), 'unknown')
    assert.deepEqual(await store.find(tenantId, clientId), client)
  })

  it('keeps what only we may grant when a client updates itself (RFC 7592, Q9)', async () => {
    const { clients, tenantId, create } = setup()
    await clients.putResource(exampleResource(tenantId))
    await create({ ...own, resources: { [api]: ['read'] }, require_pkce: false })
    const update = (metadata: Record<string, unknown>) =>
      clients.replace({ tenantId, clientId, origin: 'registration', metadata })
    const { client } = saved(
      await update({ redirect_uris, first_party: true, resources: {}, require_pkce: true }),
    )
    assert.deepEqual(client.metadata.resources, { [api]: ['read'] })
    assert.equal(client.metadata.first_party, false)
    assert.equal(client.metadata.require_pkce, false)
    // what was granted must still make sense
    const asPublic = { redirect_uris, token_endpoint_auth_method: 'none' }
    assert.equal((await update(asPublic)).outcome, 'invalid')
  })
})

describe('secrets (Q22)', () => {
  it('may be two at a time while one is being replaced', async () => {
    const { clients, tenantId, create } = setup()
    const { client, secret } = saved(await create({ redirect_uris }))
    const { clientId } = client
    const second = await clients.rotateSecret(tenantId, clientId)
    const verify = async (presented: string | undefined) =>
      verifySecret((await clients.find(tenantId, clientId)) ?? assert.fail(), presented ?? '')
    assert.deepEqual([await verify(secret), await verify(second)], [true, true])
    const third = await clients.rotateSecret(tenantId, clientId)
    assert.deepEqual(
      [await verify(secret), await verify(second), await verify(third)],
      [false, true, true],
    )
  })

  it('are not rotated for public or unknown clients', async () => {
    const { clients, tenantId, create } = setup()
    const { client } = saved(await create({ redirect_uris, token_endpoint_auth_method: 'none' }))
    assert.equal(await clients.rotateSecret(tenantId, client.clientId), undefined)
    assert.equal(await clients.rotateSecret(tenantId, newId()), undefined)
    assert.equal(await clients.rotateSecret(newId(), client.clientId), undefined)
  })

  it('verify exactly, and never for a client without secrets', () => {
    const client = exampleClient(newId(), { secretHashes: [sha256('new'), sha256('old')] })
    for (const secret of ['new', 'old']) assert.ok(verifySecret(client, secret))
    for (const secret of ['', 'New', 'new ', 'ol', sha256('new'), 'new'.repeat(1000)])
      assert.ok(!verifySecret(client, secret))
    assert.ok(!verifySecret({ ...client, secretHashes: [] }, ''))
    const metadata = exampleMetadata({ token_endpoint_auth_method: 'none' })
    assert.ok(!verifySecret({ ...client, metadata }, 'new'))
  })
})

describe('disabling and removing a client (Q17, Q18)', () => {
  it('ends what was issued to it, once nothing new can be issued', async () => {
    const { clients, tenantId, create, ended, audit } = setup()
    const { client } = saved(await create({ redirect_uris, client_id: 'demo' }))
    await clients.find(tenantId, client.clientId)
    assert.equal(await clients.setStatus(tenantId, client.clientId, 'disabled'), true)
    assert.deepEqual(ended, ['demo while disabled'])
    assert.equal((await clients.find(tenantId, client.clientId))?.status, 'disabled')
    assert.equal(await clients.setStatus(tenantId, client.clientId, 'active'), true)
    assert.equal(ended.length, 1)
    assert.deepEqual(types(audit), ['client.created', 'client.disabled', 'client.enabled'])
  })

  it('forgets a removed client at once', async () => {
    const { clients, tenantId, create, ended, audit } = setup()
    const { client } = saved(await create({ redirect_uris, client_id: 'demo' }))
    await clients.find(tenantId, client.clientId)
    assert.equal(await clients.remove(tenantId, client.clientId, { kind: 'cli' }), true)
    assert.deepEqual(ended, ['demo while disabled'])
    assert.equal(await clients.find(tenantId, client.clientId), undefined)
    assert.equal(await clients.remove(tenantId, client.clientId), false)
    assert.deepEqual(types(audit), ['client.created', 'client.disabled', 'client.removed'])
    assert.deepEqual(audit.events.at(-1)?.actor, { kind: 'cli' })
  })

  it('goes on where it stopped when ending failed', async () => {
    const { clients, tenantId, create, ended, ender } = setup()
    const { client } = saved(await create({ redirect_uris, client_id: 'demo' }))
    ender.fail = true
    await assert.rejects(clients.setStatus(tenantId, client.clientId, 'disabled'))
    await assert.rejects(clients.remove(tenantId, client.clientId))
    assert.equal((await clients.find(tenantId, client.clientId))?.status, 'disabled')
    ender.fail = false
    assert.equal(await clients.setStatus(tenantId, client.clientId, 'disabled'), true)
    assert.deepEqual(ended, ['demo while disabled'])
    assert.equal(await clients.remove(tenantId, client.clientId), true)
  })

  it('finds nothing to disable or remove in another tenant (Q77)', async () => {
    const { clients, tenantId, create, ended } = setup()
    const { client } = saved(await create({ redirect_uris }))
    assert.equal(await clients.setStatus(newId(), client.clientId, 'disabled'), false)
    assert.equal(await clients.remove(newId(), client.clientId), false)
    assert.equal((await clients.find(tenantId, client.clientId))?.status, 'active')
    assert.deepEqual(ended, [])
  })
})

describe('the cache of clients', () => {
  it('shows the change of another process within a second', async () => {
    const { clients, startProcess, tenantId, create, clock } = setup()
    const { client } = saved(await create({ redirect_uris }))
    await clients.find(tenantId, client.clientId)
    await startProcess().setStatus(tenantId, client.clientId, 'disabled')
    clock.advance(1000)
    assert.equal((await clients.find(tenantId, client.clientId))?.status, 'disabled')
  })

  it('never confuses tenants, nor asks the store for an id nobody can have (F11)', async () => {
    const { clients, store, tenantId, create } = setup()
    const { client } = saved(await create({ redirect_uris, client_id: 'demo' }))
    assert.equal(await clients.find(newId(), client.clientId), undefined)
    store.find = () => assert.fail('the store was asked')
    for (const id of ['', 'a b', 'a\0', 'ñ', 'a'.repeat(129), 'https://app.test/client.json'])
      assert.equal(await clients.find(tenantId, brandId<ClientId>(id)), undefined)
  })
})

describe('resources', () => {
  it('are found by their identifier, in their tenant, at once', async () => {
    const { clients, tenantId } = setup()
    assert.equal(await clients.findResource(tenantId, api), undefined)
    await clients.putResource(exampleResource(tenantId))
    assert.deepEqual(await clients.findResource(tenantId, api), exampleResource(tenantId))
    assert.equal(await clients.findResource(newId(), api), undefined)
    assert.equal(await clients.findResource(tenantId, `${api}\0`), undefined)
    await clients.putResource(exampleResource(tenantId, { scopes: ['read'] }))
    assert.deepEqual((await clients.listResources(tenantId))[0]?.scopes, ['read'])
  })

  it('are audited when they change, not when a seed repeats them', async () => {
    const { clients, tenantId, audit } = setup()
    await clients.putResource(exampleResource(tenantId))
    await clients.putResource(exampleResource(tenantId))
    assert.deepEqual(types(audit), ['client.resource_saved'])
  })
})
