import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant as main } from '#test/support/password-login.ts'
import { createSamlTestKey } from '#test/support/saml-keys.ts'
import { now } from '#test/support/saml-messages.ts'
import type { Tenant } from '#tenant/tenant.ts'
import { exampleConnection } from '../connection/store.contract.ts'
import { createCertificateWatch } from './certificate-watch.ts'
import type { KnownPeer, PeerUnknown } from './saml.ts'

const day = 24 * 3600_000

async function open(ends: number, peer?: KnownPeer | PeerUnknown) {
  const clock = createFakeClock(now)
  const key = await createSamlTestKey({ rsa: 2048 }, new Date(now + ends))
  const { certificate } = key
  const certificates = [certificate]
  const known: KnownPeer = { entityId: 'e', ssoEndpoints: [], sloEndpoints: [], certificates }
  const noted = new Set<string>()
  const told: string[] = []
  const connection = { ...exampleConnection(main.id), type: 'saml' as const }
  let status: Tenant['status'] = 'active'
  const watch = createCertificateWatch({
    tenants: { findById: async () => ({ ...main, status }) },
    connections: { listActive: async (type) => (type === 'saml' ? [connection] : []) },
    peers: { of: async () => peer ?? known },
    store: {
      async noteCertificate({ fingerprint, days }) {
        const name = `${fingerprint} ${days}`
        return !noted.has(name) && noted.add(name) !== undefined
      },
    },
    tellAdministrators: async () => async (id, news) => void told.push(`${id} ${news.what}`),
    transactor: { transaction: (work) => work(undefined as never) },
    clock,
  })
  const become = (changed: Tenant['status']) => void (status = changed)
  return { clock, told, watch, connection, become }
}

describe('a certificate of an identity provider that ends', () => {
  it('is told of once at each threshold, however often it is looked at', async () => {
    const { clock, told, watch, connection } = await open(90 * day)
    await watch()
    assert.deepEqual(told, [])
    for (const [left, count] of [
      [60, 1],
      [59, 1],
      [30, 2],
      [14, 3],
      [8, 3],
      [7, 4],
      [1, 5],
      [0, 6],
      [-9, 6],
    ] as const) {
      clock.advance(now + (90 - left) * day - clock.now())
      for (let looks = 0; looks < 3; looks += 1) await watch()
      assert.equal(told.length, count, `${left} days`)
    }
    assert.equal(told[0], `${connection.id} certificate_ending`)
    assert.equal(told.at(-1), `${connection.id} certificate_over`)
  })

  it('is told of once where it is new and ends at once', async () => {
    const { told, watch } = await open(5 * day)
    await Promise.all([watch(), watch()])
    assert.equal(told.length, 1)
  })

  it('is told of for ten of them at most: how many there are is the word of the other side (CWE-770)', async () => {
    const ending = () => createSamlTestKey({ curve: 'P-256' }, new Date(now + day))
    const keys = await Promise.all(Array.from({ length: 12 }, ending))
    const certificates = keys.map(({ certificate }) => certificate)
    const peer = { entityId: 'e', ssoEndpoints: [], sloEndpoints: [], certificates }
    const { told, watch } = await open(day, peer)
    await watch()
    assert.equal(told.length, 10)
  })

  it('is told of when the tenant is switched on again, and not as told meanwhile', async () => {
    const { told, watch, become } = await open(5 * day)
    become('disabled')
    await watch()
    assert.deepEqual(told, [])
    become('active')
    await watch()
    assert.equal(told.length, 1)
  })

  it('is not known where nothing is known of the other side', async () => {
    const { told, watch } = await open(day, { kind: 'unknown', reason: 'metadata_unreachable' })
    await watch()
    assert.deepEqual(told, [])
  })
})
