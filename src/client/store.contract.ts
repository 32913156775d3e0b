import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { ClientId, TenantId } from '#kit/ids.ts'
import { checkClientMetadata } from './check.ts'
import type { Client, ClientMetadata, ClientStore, Resource, ResourceStore } from './client.ts'

const start = new Date('2030-01-01T00:00:00.000Z')
const later = new Date('2030-01-02T00:00:00.000Z')

export function exampleMetadata(input: Record<string, unknown> = {}): ClientMetadata {
  const named = { redirect_uris: ['https://app.example.test/cb'], ...input }
  const checked = checkClientMetadata(named, 'seed')
  assert.equal(checked.outcome, 'valid', JSON.stringify(checked))
  return checked.outcome === 'valid' ? checked.metadata : assert.fail()
}

export function exampleClient(tenantId: TenantId, init: Partial<Client> = {}): Client {
  return {
    tenantId,
    clientId: brandId<ClientId>('demo-web'),
    metadata: exampleMetadata({ client_name: 'Demo “web” – ñ' }),
    secretHashes: ['hash-new', 'hash-old'],
    status: 'active',
    origin: 'seed',
    createdAt: start,
    updatedAt: start,
    ...init,
  }
}

export function exampleResource(tenantId: TenantId, init: Partial<Resource> = {}): Resource {
  return {
    tenantId,
    identifier: 'https://api.example.test',
    name: 'Example API',
    scopes: ['read', 'write'],
    introspectors: [brandId<ClientId>('demo-api')],
    accessTokenFormat: 'jwt',
    accessTokenTtl: 600,
    minimumAcr: undefined,
    ...init,
  }
}

export type OpenClientStores = {
  readonly clients: ClientStore
  readonly resources: ResourceStore
  /** A tenant the stores know, with nothing in it. */
  addTenant(): Promise<TenantId>
} & AsyncDisposable

/** What every store of clients and resources keeps. `open` gives empty ones. */
export function describeClientStores(name: string, open: () => Promise<OpenClientStores>): void {
  describe(`the client store (${name})`, () => {
    let opened: OpenClientStores
    before(async () => void (opened = await open()))
    after(() => opened[Symbol.asyncDispose]())

    it('gives back what was inserted, to its own tenant only', async () => {
      const { clients } = opened
      const [tenantId, other] = [await opened.addTenant(), await opened.addTenant()]
      const client = exampleClient(tenantId)
      assert.equal(await clients.insert(client), true)
      assert.deepEqual(await clients.find(tenantId, client.clientId), client)
      assert.equal(await clients.find(other, client.clientId), undefined)
      assert.deepEqual(await clients.list(other), [])
      assert.equal(await clients.insert({ ...client, tenantId: other }), true)
    })

    it('keeps a client without secrets', async () => {
      const tenantId = await opened.addTenant()
      const client = exampleClient(tenantId, { secretHashes: [] })
      await opened.clients.insert(client)
      assert.deepEqual(await opened.clients.find(tenantId, client.clientId), client)
    })

    it('lets exactly one of many concurrent inserts of an id succeed, and changes nothing later', async () => {
      const { clients } = opened
      const tenantId = await opened.addTenant()
      const client = exampleClient(tenantId)
      const answers = await Promise.all([1, 2, 3, 4].map(() => clients.insert(client)))
      assert.equal(answers.filter(Boolean).length, 1)
      assert.equal(await clients.insert({ ...client, secretHashes: ['stolen'] }), false)
      assert.deepEqual(await clients.find(tenantId, client.clientId), client)
    })

    it('replaces all but id, origin and time of creation', async () => {
      const { clients } = opened
      const tenantId = await opened.addTenant()
      const client = exampleClient(tenantId)
      await clients.insert(client)
      const changed: Client = {
        ...client,
        metadata: exampleMetadata({ client_name: 'Other' }),
        secretHashes: ['only'],
        status: 'disabled',
        updatedAt: later,
      }
      assert.equal(await clients.update({ ...changed, origin: 'api', createdAt: later }), true)
      assert.deepEqual(await clients.find(tenantId, client.clientId), changed)
    })

    it('says so when there is nothing to update or remove', async () => {
      const { clients } = opened
      const [tenantId, other] = [await opened.addTenant(), await opened.addTenant()]
      const client = exampleClient(tenantId)
      await clients.insert(client)
      assert.equal(await clients.update({ ...client, tenantId: other }), false)
      assert.equal(await clients.remove(other, client.clientId), false)
      assert.equal(await clients.remove(tenantId, client.clientId), true)
      assert.equal(await clients.remove(tenantId, client.clientId), false)
      assert.equal(await clients.find(tenantId, client.clientId), undefined)
    })

    it('lists in the order of the ids', async () => {
      const tenantId = await opened.addTenant()
      for (const id of ['b', 'B', 'a-1', 'a1'])
        await opened.clients.insert(exampleClient(tenantId, { clientId: brandId<ClientId>(id) }))
      const listed = await opened.clients.list(tenantId)
      assert.deepEqual(
        listed.map((client) => client.clientId),
        ['B', 'a-1', 'a1', 'b'],
      )
    })

    it('keeps resources, and replaces them when they are put again', async () => {
      const { resources } = opened
      const [tenantId, other] = [await opened.addTenant(), await opened.addTenant()]
      const resource = exampleResource(tenantId)
      const bare: Resource = {
        ...exampleResource(tenantId, { identifier: 'urn:example:bare', name: undefined }),
        scopes: [],
        introspectors: [],
      }
      await resources.put(resource)
      await resources.put(bare)
      assert.deepEqual(await resources.list(tenantId), [resource, bare])
      assert.deepEqual(await resources.list(other), [])
      assert.equal(await resources.find(other, resource.identifier), undefined)
      const opaque: Resource = {
        ...resource,
        name: undefined,
        scopes: ['read'],
        introspectors: [],
        accessTokenFormat: 'opaque',
        accessTokenTtl: 3600,
        minimumAcr: undefined,
      }
      await resources.put(opaque)
      assert.deepEqual(await resources.find(tenantId, resource.identifier), opaque)
      assert.equal((await resources.list(tenantId)).length, 2)
    })
  })
}
