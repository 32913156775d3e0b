import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type ConnectionId, type TenantId } from '#kit/ids.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { createSamlTestKey, pemOf } from '#test/support/saml-keys.ts'
import { now } from '#test/support/saml-messages.ts'
import type { Connection } from '../federation.ts'
import { createSamlHealth } from './health.ts'
import type { KnownPeer, PeerUnknown } from './saml.ts'

const connection: Connection = {
  tenantId: brandId<TenantId>('main'),
  id: brandId<ConnectionId>('acme'),
  name: 'Acme',
  type: 'saml',
  status: 'active',
  settings: {},
  version: 1,
}
const unreachable: PeerUnknown = { kind: 'unknown', reason: 'metadata_unreachable' }
const day = 24 * 3600_000

async function peerWith(ends: number, asPem = false): Promise<KnownPeer> {
  const key = await createSamlTestKey({ rsa: 2048 }, new Date(ends))
  const certificates = [asPem ? pemOf(key) : key.certificate]
  return { entityId: 'https://idp.example', ssoEndpoints: [], sloEndpoints: [], certificates }
}

function healthOf(kept: KnownPeer | PeerUnknown, fetched: KnownPeer | PeerUnknown = kept) {
  const peers = { of: async () => kept, refresh: async () => fetched }
  return createSamlHealth({ peers, clock: createFakeClock(now) })
}

describe('the health of a SAML connection', () => {
  it('is good while their metadata and certificates are', async () => {
    for (const asPem of [false, true]) {
      const health = await healthOf(await peerWith(now + 90 * day, asPem))(connection, {
        refresh: false,
      })
      assert.equal(health?.state, 'ok')
      assert.deepEqual(
        health.checks.map(({ name }) => name),
        ['metadata', 'certificate'],
      )
    }
  })

  it('tells of a certificate that ends soon, or did', async () => {
    for (const ends of [now + 10 * day, now - day]) {
      const health = await healthOf(await peerWith(ends))(connection, { refresh: false })
      assert.equal(health?.state, 'degraded')
      assert.equal(health.checks[1]?.endsAt?.getTime(), ends)
    }
  })

  it('is degraded while they are away and were known, failing when they never were', async () => {
    const known = await peerWith(now + 90 * day)
    const away = await healthOf(known, unreachable)(connection, { refresh: true })
    assert.equal(away?.state, 'degraded')
    assert.match(away.checks[0]?.detail ?? '', /^metadata_unreachable; /)
    const never = await healthOf(unreachable)(connection, { refresh: true })
    assert.equal(never?.state, 'failing')
  })

  it('tells of a certificate that cannot be read, and of the others', async () => {
    const peer = await peerWith(now + 90 * day)
    const certificates = ['bm9uZQ==', ...peer.certificates]
    const health = await healthOf({ ...peer, certificates })(connection, { refresh: false })
    const states = health?.checks.map(({ state }) => state)
    assert.deepEqual([health?.state, states], ['failing', ['ok', 'failing', 'ok']])
  })

  it('is none of another protocol', async () => {
    const other: Connection = { ...connection, type: 'oidc' }
    assert.equal(await healthOf(unreachable)(other, { refresh: true }), undefined)
  })
})
