import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ConnectionId, TenantId } from '#kit/ids.ts'
import { brandId } from '#kit/ids.ts'
import { createKeyDeriver, createSealer } from '#kit/sealer.ts'
import { addTenant, availableDatabases, type TestDatabase } from '#test/support/databases.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createPostgresConnectionStore } from '../connection/postgres.ts'
import { exampleConnection, exampleId } from '../connection/store.contract.ts'
import { createSamlKeys } from './keys.ts'
import { createPostgresSamlStore } from './postgres.ts'
import type { KeptMetadata } from './saml.ts'

const sealer = createSealer(createKeyDeriver([Buffer.alloc(32, 1)]))
const clock = createFakeClock()
const other = brandId<ConnectionId>('other')

function metadata(tenantId: TenantId, init: Partial<KeptMetadata> = {}): KeptMetadata {
  return {
    tenantId,
    connectionId: exampleId,
    url: 'https://idp.example/metadata',
    entityId: 'https://idp.example/ñ',
    xml: '<EntityDescriptor/>',
    fetchedAt: new Date('2030-01-01T00:00:00.000Z'),
    before: undefined,
    ...init,
  }
}

for (const kind of availableDatabases()) {
  describe(`what is kept of a SAML connection on ${kind.name}`, () => {
    it('is their metadata, the last one and what it replaced', async () => {
      await using database = await kind.open()
      const { store, tenantId } = await setUp(database)
      assert.equal(await store.findMetadata(tenantId, exampleId), undefined)
      assert.equal(await store.saveMetadata(metadata(tenantId)), true)
      assert.deepEqual(await store.findMetadata(tenantId, exampleId), metadata(tenantId))
      const before = { xml: '<EntityDescriptor/>', replacedAt: new Date('2030-01-02T00:00:00Z') }
      const next = metadata(tenantId, { xml: '<EntityDescriptor id="2"/>', before })
      assert.equal(await store.saveMetadata(next), true)
      assert.deepEqual(await store.findMetadata(tenantId, exampleId), next)
    })

    it('is nothing of a connection there is not, or of another tenant', async () => {
      await using database = await kind.open()
      const { store, tenantId, stranger } = await setUp(database)
      const lost = metadata(tenantId, { connectionId: other })
      assert.equal(await store.saveMetadata(lost), false)
      assert.equal(await store.saveMetadata(metadata(stranger)), false)
      await store.saveMetadata(metadata(tenantId))
      assert.equal(await store.findMetadata(stranger, exampleId), undefined)
    })

    it('is one key, whoever needs it first, sealed (Q87)', async () => {
      await using database = await kind.open()
      const { store, tenantId } = await setUp(database)
      const place = { tenantId, id: exampleId }
      const drawn = await Promise.all(
        [1, 2, 3].map(() => createSamlKeys({ store, sealer, clock })(place)),
      )
      assert.equal(new Set(drawn.map((keys) => keys?.privateKey)).size, 1)
      assert.match(drawn[0]?.privateKey ?? '', /^-----BEGIN PRIVATE KEY-----/)
      const kept = await store.findKey(tenantId, exampleId)
      assert.equal(kept?.sealedPrivateKey.includes('PRIVATE KEY'), false)
      assert.equal(
        await createSamlKeys({ store, sealer, clock })({ tenantId, id: other }),
        undefined,
      )
    })

    it('is what was told of a certificate, once however many tell', async () => {
      await using database = await kind.open()
      const { store, tenantId } = await setUp(database)
      const notice = { tenantId, connectionId: exampleId, fingerprint: 'ab', days: 30 }
      const told = await Promise.all(
        Array.from({ length: 20 }, () => store.noteCertificate(notice)),
      )
      assert.equal(told.filter(Boolean).length, 1)
      assert.equal(await store.noteCertificate({ ...notice, days: 14 }), true)
      assert.equal(await store.noteCertificate({ ...notice, fingerprint: 'cd' }), true)
    })

    it('goes with the connection', async () => {
      await using database = await kind.open()
      const { store, tenantId, connections } = await setUp(database)
      await store.saveMetadata(metadata(tenantId))
      await createSamlKeys({ store, sealer, clock })({ tenantId, id: exampleId })
      await connections.remove(tenantId, exampleId)
      assert.equal(await store.findMetadata(tenantId, exampleId), undefined)
      assert.equal(await store.findKey(tenantId, exampleId), undefined)
    })
  })
}

async function setUp(database: TestDatabase) {
  const [tenantId, stranger] = [await addTenant(database), await addTenant(database)]
  const connections = createPostgresConnectionStore({ database })
  await connections.insert(exampleConnection(tenantId))
  return { store: createPostgresSamlStore({ database }), tenantId, stranger, connections }
}
