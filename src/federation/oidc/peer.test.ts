import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { providerForTests } from '#test/support/lying-provider.ts'
import { connectionTo } from '#test/support/oidc-upstream.ts'
import { createPeers } from './peers.ts'
import type { Peer } from './peer.ts'
import { Refused } from './problem.ts'

const provider = await providerForTests()

const metrics = { federationDocument: () => undefined }
const broken = { respond: { discovery: refuse, jwks: refuse } }

function refuse(res: { writeHead(status: number): { end(): unknown } }): void {
  res.writeHead(500).end()
}

describe('what is kept of the other side (Q76, reference/federation.md §3.6)', () => {
  beforeEach(() => {
    provider.asked.length = 0
  })

  function open() {
    const clock = createFakeClock()
    const peers = createPeers({ egress: provider.egress, clock, metrics })
    const peer = peers(connectionTo(provider)) as Peer // an OpenID Provider
    return { clock, peers, peer }
  }

  const count = (name: string) => provider.asked.filter((one) => one === name).length
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'given',
      (error: unknown) =>
        error instanceof Refused ? [error.code, error.word].join(' ').trim() : String(error),
    )

  it('is read once, however many ask at once', async () => {
    const { peer } = open()
    await Promise.all(Array.from({ length: 20 }, () => peer.keys.get()))
    assert.deepEqual([count('discovery'), count('jwks')], [1, 1])
  })

  it('is read anew when it is old: the keys after ten minutes, the document after an hour', async () => {
    const { peer, clock } = open()
    await peer.keys.get()
    clock.advance(599_000)
    await peer.keys.get()
    assert.deepEqual([count('discovery'), count('jwks')], [1, 1])
    clock.advance(1000)
    await peer.keys.get()
    assert.deepEqual([count('discovery'), count('jwks')], [1, 2])
    clock.advance(3_000_000)
    await peer.document.get()
    assert.equal(count('discovery'), 2)
  })

  it('stands for a day while the other side is down, and no longer', async () => {
    const { peer, clock } = open()
    await peer.keys.get()
    provider.lie(broken)
    clock.advance(86_399_000)
    assert.equal(await codeOf(peer.keys.get()), 'given')
    clock.advance(1000)
    assert.match(await codeOf(peer.keys.get()), /unavailable/)
  })

  it('is not waited for long where an old one stands', async () => {
    const { peer, clock } = open()
    await peer.document.get()
    provider.lie({ respond: { discovery: () => undefined } })
    clock.advance(3_600_000)
    const startedAt = performance.now()
    assert.equal(await codeOf(peer.document.get()), 'given')
    assert.ok(performance.now() - startedAt < 3000)
  })

  it('is not asked for while three in a row have failed, for half a minute', async () => {
    const { peer, clock } = open()
    provider.lie(broken)
    for (let index = 0; index < 3; index += 1)
      assert.equal(await codeOf(peer.document.get()), 'discovery.unavailable status_500')
    assert.equal(await codeOf(peer.document.get()), 'discovery.unavailable breaker_open')
    assert.equal(count('discovery'), 3)
    clock.advance(30_000)
    await codeOf(peer.document.get())
    assert.equal(count('discovery'), 4, 'one try')
    assert.equal(await codeOf(peer.document.get()), 'discovery.unavailable breaker_open')
    clock.advance(30_000)
    provider.lie({})
    assert.equal(await codeOf(peer.document.get()), 'given')
  })

  it('is given while nobody asks, where an old one stands', async () => {
    const { peer, clock } = open()
    await peer.document.get()
    provider.lie(broken)
    clock.advance(3_600_000)
    for (let index = 0; index < 5; index += 1)
      assert.equal(await codeOf(peer.document.get()), 'given')
    assert.equal(count('discovery'), 4)
  })

  it('is asked for an unknown key once a minute, whoever sends them', async () => {
    const { peer, clock } = open()
    await peer.keys.get()
    for (let index = 0; index < 20; index += 1) await peer.keys.renew()
    assert.equal(count('jwks'), 1)
    clock.advance(60_000)
    await Promise.all(Array.from({ length: 20 }, () => peer.keys.renew()))
    assert.equal(count('jwks'), 2)
  })

  it('holds no symmetric key, and not a hundred of any', async () => {
    const { peer, peers } = open()
    provider.lie({ jwks: (keys) => ({ keys: [...keys, { kty: 'oct', k: 'x' }] }) })
    assert.deepEqual(
      (await peer.keys.get()).keys.map(({ kty }) => kty),
      ['RSA'],
    )
    provider.lie({ jwks: () => ({ keys: Array.from({ length: 101 }, () => ({ kty: 'RSA' })) }) })
    const next = peers(connectionTo(provider, { version: 2 })) as Peer // an OpenID Provider
    assert.equal(await codeOf(next.keys.get()), 'jwks.malformed')
  })

  it('is of one connection in one version', () => {
    const { peers, peer } = open()
    assert.equal(peers(connectionTo(provider)), peer)
    assert.notEqual(peers(connectionTo(provider, { version: 2 })), peer)
    assert.notEqual(peers(connectionTo(provider, { tenantId: 'other' as never })), peer)
  })
})
