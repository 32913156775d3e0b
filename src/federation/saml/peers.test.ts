import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuditEvent } from '#audit/audit.ts'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { pemOf } from '#test/support/saml-keys.ts'
import { idp, nextIdp, now } from '#test/support/saml-messages.ts'
import { checkConnection } from '../connection/connection.ts'
import { createSamlPeers } from './peers.ts'
import type { KeptMetadata, KnownPeer, PeerUnknown, SamlConnection } from './saml.ts'

const url = 'https://idp.example/metadata'
const hour = 3600_000

function metadata(certificates = [idp.certificate], entityId = url, more = ''): string {
  const keys = certificates.map(
    (der) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  )
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${entityId}"${more}><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join('')}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
}

function connection(document: object = { metadata_url: url }): SamlConnection {
  const about = { id: 'acme', type: 'saml', name: 'Acme', ...document }
  const checked = checkConnection(about, 'seed')
  assert.ok(checked.outcome === 'valid', JSON.stringify(checked))
  const { settings } = checked.connection
  const place = { tenantId: brandId<TenantId>('main'), id: brandId<ConnectionId>('acme') }
  return {
    ...place,
    name: 'Acme',
    type: 'saml',
    status: 'active',
    version: 1,
    settings,
  } as SamlConnection
}

/** The other side's server, whose answer a test changes. */
function setUp() {
  const clock = createFakeClock(now)
  const there: { answer: string | undefined; asked: number } = { answer: metadata(), asked: 0 }
  const events: AuditEvent[] = []
  let kept: KeptMetadata | undefined
  const start = () =>
    createSamlPeers({
      store: {
        findMetadata: async () => kept,
        saveMetadata: async (next) => ((kept = next), true),
      },
      async egress() {
        there.asked += 1
        if (there.answer === undefined) throw new Error('unreachable')
        return new Response(there.answer)
      },
      audit: { append: async (event) => void events.push(event) },
      clock,
      allowsLoopback: false,
    })
  return { clock, there, events, start, peers: start() }
}

/** What is fetched beside an answer is here by the next turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the other side of a SAML connection', () => {
  it('is what its metadata says, fetched once', async () => {
    const { peers, there } = setUp()
    const peer = await peers.of(connection())
    assert.deepEqual(peer, { ...(peer as KnownPeer), entityId: url })
    assert.deepEqual(certificatesOf(peer), [idp.certificate])
    await peers.of(connection())
    assert.equal(there.asked, 1)
  })

  it('is asked once by many who come at once', async () => {
    const { peers, there } = setUp()
    await Promise.all(Array.from({ length: 20 }, () => peers.of(connection())))
    assert.equal(there.asked, 1)
  })

  it('is known while it is away, also after a restart, and asked again later', async () => {
    const { peers, start, there, clock } = setUp()
    await peers.of(connection())
    there.answer = undefined
    clock.advance(13 * hour)
    assert.deepEqual(certificatesOf(await peers.of(connection())), [idp.certificate])
    await settled()
    const restarted = start()
    assert.deepEqual(certificatesOf(await restarted.of(connection())), [idp.certificate])
    await settled()
    assert.equal(there.asked, 3)
  })

  it('is unknown while it was never reached, and not asked by everybody', async () => {
    const { peers, there, clock } = setUp()
    there.answer = undefined
    const unknown = { kind: 'unknown', reason: 'metadata_unreachable' }
    assert.deepEqual(await peers.of(connection()), unknown)
    assert.deepEqual(await peers.of(connection()), unknown)
    assert.equal(there.asked, 1)
    clock.advance(30_001)
    there.answer = metadata()
    assert.deepEqual(certificatesOf(await peers.of(connection())), [idp.certificate])
  })

  it('is looked for at its new address at once, whatever is under way at the one before', async () => {
    const { peers, there } = setUp()
    const moved = connection({ metadata_url: 'https://idp.example/moved' })
    await Promise.all([peers.of(connection()), peers.of(moved)])
    assert.equal(there.asked, 2)
    there.answer = undefined
    await peers.refresh(moved)
    there.answer = metadata()
    const again = connection({ metadata_url: 'https://idp.example/again' })
    assert.deepEqual(certificatesOf(await peers.of(again)), [idp.certificate])
  })

  it('rolls its key over: both are good for a day, and it is recorded', async () => {
    const { peers, there, clock, events } = setUp()
    await peers.of(connection())
    there.answer = metadata([nextIdp.certificate])
    assert.deepEqual(certificatesOf(await peers.refresh(connection())), [
      nextIdp.certificate,
      idp.certificate,
    ])
    assert.deepEqual(
      events.map(({ type, detail }) => [type, detail]),
      [['federation.metadata_changed', { connection: 'acme' }]],
    )
    clock.advance(24 * hour + 1)
    assert.deepEqual(certificatesOf(await peers.of(connection())), [nextIdp.certificate])
  })

  it('becomes nobody else at the same address (reference/federation.md §3.7)', async () => {
    const { peers, there } = setUp()
    await peers.of(connection())
    there.answer = metadata([nextIdp.certificate], 'https://evil.test/metadata')
    assert.deepEqual(await peers.refresh(connection()), {
      kind: 'unknown',
      reason: 'entity_unknown',
    })
    assert.deepEqual(certificatesOf(await peers.of(connection())), [idp.certificate])
  })

  it('is not believed past its own time (SAML Metadata §2.3.2 validUntil)', async () => {
    const { peers, there, clock } = setUp()
    const until = new Date(now + hour).toISOString()
    there.answer = metadata([idp.certificate], url, ` validUntil="${until}"`)
    await peers.of(connection())
    there.answer = undefined
    clock.advance(2 * hour)
    assert.equal(((await peers.of(connection())) as PeerUnknown).kind, 'unknown')
  })

  it('is another one when the address is another', async () => {
    const { peers, there } = setUp()
    await peers.of(connection())
    there.answer = metadata([nextIdp.certificate], 'https://other.test/metadata')
    const moved = connection({ metadata_url: 'https://other.test/metadata' })
    assert.deepEqual(certificatesOf(await peers.of(moved)), [nextIdp.certificate])
  })

  it('is what was pasted, or told in three values, and nobody is asked', async () => {
    const { peers, there } = setUp()
    const told = { entity_id: url, sso_url: 'https://idp.example/sso', certificates: [pemOf(idp)] }
    for (const document of [{ metadata: metadata() }, told]) {
      const peer = await peers.of(connection(document))
      assert.equal((peer as KnownPeer).entityId, url)
      assert.equal(certificatesOf(peer).length, 1)
    }
    const byPost = { ...told, slo_url: 'https://idp.example/slo', sso_binding: 'post' }
    const peer = await peers.of(connection(byPost))
    assert.deepEqual((peer as KnownPeer).sloEndpoints, [
      { binding: 'post', url: 'https://idp.example/slo' },
    ])
    assert.equal(there.asked, 0)
  })
})

function certificatesOf(peer: KnownPeer | PeerUnknown): readonly string[] {
  assert.ok('certificates' in peer, JSON.stringify(peer))
  return peer.certificates
}
