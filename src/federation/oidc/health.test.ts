import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '#kit/clock.ts'
import { providerForTests, type Lies } from '#test/support/lying-provider.ts'
import {
  connectionOf,
  connectionTo,
  leaveFor,
  openOidcUpstream,
} from '#test/support/oidc-upstream.ts'
import type { Connection } from '../federation.ts'
import { createOidcHealth } from './health.ts'

const provider = await providerForTests()

const down: Lies = {
  respond: {
    discovery: (res) => void res.writeHead(500).end(),
    jwks: (res) => void res.writeHead(500).end(),
    token: (res) => void res.writeHead(500).end(),
  },
}

describe('the health of the other side', () => {
  function open(secret: string | undefined = provider.clientSecret) {
    const { egress } = provider
    const { peers, upstream } = openOidcUpstream({ egress, secret })
    const connections = { secretOf: async () => secret }
    const healthOf = createOidcHealth({ peers, connections, egress, clock: systemClock })
    return {
      upstream,
      async told(connection: Connection, refresh: boolean) {
        const health = await healthOf(connection, { refresh })
        return [
          health?.state,
          ...(health?.checks ?? []).map(({ name, state, detail }) => `${name} ${state}: ${detail}`),
        ]
      },
    }
  }

  it('is unknown while nobody asked, and asks nobody', async () => {
    const before = provider.asked.length
    assert.deepEqual(await open().told(connectionTo(provider), false), [
      'unknown',
      'discovery unknown: not read yet',
      'jwks unknown: not read yet',
      'client unknown: not asked',
    ])
    assert.equal(provider.asked.length, before)
  })

  it('is ok when its documents are read, and it knows our client', async () => {
    assert.deepEqual(await open().told(connectionTo(provider), true), [
      'ok',
      'discovery ok: read',
      'jwks ok: read',
      'client ok: it knows our client',
    ])
  })

  it('is failing when our secret is not the one it knows', async () => {
    const [state, , , client] = await open('wrong').told(connectionTo(provider), true)
    assert.deepEqual([state, client], ['failing', 'client failing: token.refused: invalid_client'])
  })

  it('is failing without a secret, or with a key that is none, before anybody asks', async () => {
    const apple = connectionOf('apple', {
      client_id: 'x',
      team_id: 'TEAM567890',
      key_id: 'KEY4567890',
    })
    assert.equal(
      (await open('').told(connectionTo(provider), false)).at(-1),
      'client failing: connection.secret',
    )
    assert.equal(
      (await open('no key').told(apple, false)).at(-1),
      'client failing: connection.secret',
    )
  })

  it('is failing when it was down from the start, and says why', async () => {
    provider.lie(down)
    assert.deepEqual(await open().told(connectionTo(provider), true), [
      'failing',
      'discovery failing: discovery.unavailable: status_500',
      'jwks unknown: not read yet',
      'client failing: discovery.unavailable: status_500',
    ])
  })

  it('is failing with a document of somebody else', async () => {
    provider.lie({ discovery: (all) => void (all['issuer'] = 'https://evil.test') })
    const [state, discovery] = await open().told(connectionTo(provider), true)
    assert.deepEqual([state, discovery], ['failing', 'discovery failing: discovery.issuer'])
  })

  it('is degraded while what was read before is used, and a sign-in still leaves', async () => {
    const { told, upstream } = open()
    await told(connectionTo(provider), true)
    provider.lie({ respond: { discovery: (res) => void res.writeHead(500).end() } })
    const [state, discovery = '', jwks, client] = await told(connectionTo(provider), true)
    assert.equal(state, 'degraded')
    assert.match(
      discovery,
      /^discovery degraded: discovery\.unavailable: status_500; what was read \d+ seconds ago is used$/,
    )
    assert.deepEqual([jwks, client], ['jwks ok: read', 'client ok: it knows our client'])
    assert.equal((await upstream.leave(leaveFor(connectionTo(provider)))).kind, 'redirect')
    provider.lie({})
    assert.equal((await told(connectionTo(provider), true))[0], 'ok')
  })

  it('says what there is of one without documents', async () => {
    provider.lie({
      respond: {
        token: (res) =>
          void res
            .writeHead(200, { 'content-type': 'application/json' })
            .end('{"error":"bad_verification_code"}'),
      },
    })
    assert.deepEqual(await open().told(connectionOf('github', { client_id: 'x' }), true), [
      'unknown',
      'client unknown: token.malformed',
    ])
  })

  it('is nothing of another protocol’s', async () => {
    const { peers } = openOidcUpstream({})
    const healthOf = createOidcHealth({
      peers,
      connections: { secretOf: async () => undefined },
      egress: provider.egress,
      clock: systemClock,
    })
    assert.equal(
      await healthOf(connectionOf('saml', { metadata_url: 'https://idp.test/m' }), {
        refresh: true,
      }),
      undefined,
    )
  })
})
