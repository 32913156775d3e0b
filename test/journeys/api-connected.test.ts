import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ForeignIdentity } from '#federation/federation.ts'
import { brandId, type InteractionUid, type SessionUid } from '#kit/ids.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Person } from '#test/support/world.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const requester = { ip: '198.51.100.7', userAgent: 'Browser/1', requestId: 'request' }

describeInWorlds('connected accounts by the JSON API', (world) => {
  let made = 0

  /** Somebody with an account elsewhere, and a token of five minutes ago at most. */
  async function open() {
    made += 1
    const person = await world().addAccount()
    const trusted = { first_party: true, api_login: true }
    const api = apiOf(world(), await world().addClient('spa', trusted))
    const token = (await api.logIn(person)).text('access_token')
    return { api, person, token, connection: await connect(person) }
  }

  async function connect({ account }: Person) {
    const issuer = 'https://idp.acme.test'
    const document = { id: `api-${made}`, type: 'oidc', name: `Api ${made}`, issuer }
    const saved = await world().app.connections.create({
      tenantId: world().main.id,
      document: { ...document, client_id: 'c', client_secret: 's', status: 'active' },
      origin: 'seed',
      actor: { kind: 'cli' },
    })
    assert.ok(saved.outcome === 'saved')
    const { connection } = saved
    const now = Math.floor(world().clock.now() / 1000)
    const identity: ForeignIdentity = {
      issuer,
      subject: account.id,
      email: account.email,
      emailVerified: false,
      isMember: false,
      profile: {},
      groups: undefined,
      attributes: new Map(),
      authentication: { at: now, acr: undefined, amr: [], until: undefined },
      session: { index: undefined, hint: undefined },
    }
    const arrival = { tenant: world().main, connection, identity }
    const asked = { accountId: account.id, sessionUid: brandId<SessionUid>('s'), provedAt: now }
    const link = { ...arrival, errand: { purpose: 'link', ...asked } as const }
    assert.equal(await world().app.identities.link(link, requester), undefined)
    const uid = brandId<InteractionUid>('uid')
    const signIn = { ...arrival, errand: { purpose: 'sign_in', uid } as const }
    assert.equal((await world().app.identities.admit(signIn, requester)).kind, 'admitted')
    return connection
  }

  it('are listed, and disconnected once', async () => {
    const { api, person, token, connection } = await open()
    const listed = (await api.get('/auth/sso', { token })).json as {
      connected: readonly object[]
    }
    assert.partialDeepStrictEqual(listed.connected, [
      { connection: connection.id, name: connection.name, email: person.email, active: true },
    ])
    const path = `/auth/sso/${connection.id}/unlink`
    assert.equal((await api.delete(path, { token })).status, 204)
    const again = await api.delete(path, { token })
    assert.equal(refusalOf(again), '404 api.factor_unknown')
    const after = await api.get('/auth/sso', { token })
    assert.deepEqual(after.json, { connected: [] })
  })

  it('are nobody’s to disconnect without a token, by another person, or by an old sign-in (Q64)', async () => {
    const { api, token, connection } = await open()
    const path = `/auth/sso/${connection.id}/unlink`
    assert.equal((await api.delete(path)).status, 401)
    const other = await api.logIn(await world().addAccount())
    const theirs = await api.delete(path, { token: other.text('access_token') })
    assert.equal(refusalOf(theirs), '404 api.factor_unknown')
    await world().pass(301)
    const stale = await api.delete(path, { token })
    assert.equal(refusalOf(stale), '401 api.step_up_required')
    assert.equal((await api.delete('/auth/sso/..%2Fx/unlink', { token })).status, 400)
  })

  it('stay where nothing else would open the account', async () => {
    const { api, person, token, connection } = await open()
    const { account } = person
    await world().app.passwords.removePassword({ account, actor: { kind: 'cli' } }, undefined)
    const refused = await api.delete(`/auth/sso/${connection.id}/unlink`, { token })
    assert.equal(refusalOf(refused), '409 api.last_way_in')
  })
})
