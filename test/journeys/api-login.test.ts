import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { systemClock } from '#kit/clock.ts'
import { apiOf, refusalOf } from '#test/support/api.ts'
import type { Api } from '#test/support/api.ts'
import { basic, wireOf } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { ClientName } from '#test/support/world-clients.ts'
import { api as otherApi } from '#test/support/world-clients.ts'
import { describeInWorlds } from '#test/support/worlds.ts'
import type { World } from '#test/support/world.ts'

const actor = { kind: 'cli' } as const
const trusted = { first_party: true, api_login: true }

describeInWorlds('signing in by the JSON API', (world) => {
  async function frontEnd(name: ClientName = 'spa', other: object = {}) {
    const client = await world().addClient(name, { ...trusted, ...other })
    return { client, api: apiOf(world(), client) }
  }

  it('answers tokens of the provider, which verify with its keys (RFC 9068, OIDC Core §3.1.3.7)', async () => {
    const { client, api } = await frontEnd()
    const { account, email, password } = world().people.ada
    const answer = await api.logIn({ email, password })
    assert.equal(answer.status, 200, answer.body)

    const access = await verified(world(), answer.text('access_token'))
    assert.equal(access.aud, `${world().issuer}/api/v1`)
    assert.deepEqual(
      [access.sub, access['client_id'], access['scope']],
      [account.id, client.clientId, 'account'],
    )
    assert.equal(decodeProtectedHeader(answer.text('access_token')).typ, 'at+jwt')

    const id = await verified(world(), answer.text('id_token'))
    assert.deepEqual([id.aud, id.sub, id['email']], [client.clientId, account.id, email])
    assert.deepEqual([id['amr'], id['acr']], [['pwd'], 'urn:signet:acr:password'])

    const me = await api.get('/auth/me', { token: answer.text('access_token') })
    assert.deepEqual([me.status, me.json['email'], me.json['id']], [200, email, account.id])
    assert.equal(me.json['session_id'], access['session_id'])
    assert.doesNotMatch(me.body, /password|hash|secret|tenant/)
  })

  it('authenticates the application as it is registered (RFC 6749 §2.3, RFC 7523)', async () => {
    for (const name of ['web', 'post', 'signed', 'spa', 'native'] as const) {
      const { api } = await frontEnd(name)
      const answer = await api.logIn(world().people.ada)
      assert.equal(answer.status, 200, `${name}: ${answer.body}`)
    }
  })

  it('refuses an application that is unknown, unproved, disabled or without the right', async () => {
    const { email, password } = world().people.ada
    const log = (api: Api, fields: object, headers = {}) =>
      api.post('/auth/login', { body: { email, password, ...fields }, headers })
    const { client, api } = await frontEnd('post')
    const client_id = client.clientId
    const secret = client.secret ?? ''
    const refusals: readonly (readonly [Promise<Answer>, string])[] = [
      [log(api, {}), '400 api.client_request_invalid'],
      [log(api, { client_id: 'nobody' }), '401 api.client_refused'],
      [log(api, { client_id }), '401 api.client_refused'],
      [log(api, { client_id, client_secret: 'wrong' }), '401 api.client_refused'],
      [
        log(api, { client_id, client_secret: secret }, { authorization: basic('a', 'b') }),
        '400 api.client_request_invalid',
      ],
      // the header that a person's token comes in is no authentication of an application
      [log(api, { client_id }, { authorization: 'Bearer x' }), '400 api.client_request_invalid'],
      [log(api, { client_id: 'spa' }), '403 api.client_not_allowed'],
    ]
    for (const [answer, code] of refusals) assert.equal(refusalOf(await answer), code)
    // OIDC first party is not enough: a password is more than consent
    const { api: firstParty } = await frontEnd('trusted', { api_login: false })
    assert.equal(
      refusalOf(await firstParty.logIn(world().people.ada)),
      '403 api.client_not_allowed',
    )
    const tenant = world().main.id
    await world().app.clients.setStatus(tenant, brandId<ClientId>(client_id), 'disabled', actor)
    assert.equal(refusalOf(await api.logIn(world().people.ada)), '401 api.client_refused')
  })

  it('asks nothing of the person before the application is known', async () => {
    const person = await world().addAccount()
    const { api } = await frontEnd('post')
    const wrong = { ...person, password: 'not this one, surely' }
    const body = { ...wrong, client_id: 'nobody' }
    for (let tries = 0; tries < 8; tries += 1) {
      const { email, password } = body
      await api.post('/auth/login', { body: { email, password, client_id: 'nobody' } })
    }
    assert.equal((await api.logIn(person)).status, 200) // nothing was counted
  })

  it('answers the same for unknown, disabled, passwordless and wrong (Q73)', async () => {
    const { api } = await frontEnd()
    const { ada, mallory } = world().people
    const unknown = { email: 'nobody@example.test', password: ada.password }
    const cases = [unknown, { ...ada, password: 'wrong and long enough' }, mallory]
    const bodies = new Set<string>()
    for (const person of [...cases, { email: ada.email, password: 'x\ty' }]) {
      const answer = await api.logIn(person, { from: '203.0.113.77' })
      assert.equal(refusalOf(answer), '401 api.invalid_credentials')
      bodies.add(withoutMoment(answer))
    }
    assert.equal(bodies.size, 1)
  })

  it('counts with the pages and says when to come back (Q36)', async () => {
    const { api } = await frontEnd()
    for (const email of [(await world().addAccount()).email, 'stranger@example.test']) {
      const person = { email, password: 'wrong and long enough' }
      for (let tries = 0; tries < 5; tries += 1)
        assert.equal(refusalOf(await api.logIn(person)), '401 api.invalid_credentials')
      await api.logIn(person)
      const answer = await api.logIn(person)
      assert.equal(refusalOf(answer), '429 api.throttled')
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    }
  })

  it('keeps the door open for a device the person knows (Q37)', async () => {
    const { api } = await frontEnd()
    const person = await world().addAccount()
    const device_token = (await api.logIn(person)).text('device_token')
    const wrong = { email: person.email, password: 'wrong and long enough' }
    for (let tries = 0; tries < 7; tries += 1) await api.logIn(wrong)
    assert.equal(refusalOf(await api.logIn(person)), '429 api.throttled')
    const known = await api.asClient('/auth/login', {
      email: person.email,
      password: person.password,
      device_token,
    })
    assert.equal(known.status, 200, known.body)
  })

  it('tells the owner of a sign-in from a device they do not know, by mail (Q91)', async () => {
    const { api } = await frontEnd()
    const person = await world().addAccount()
    const mails = async () => {
      const all = await world().mail.received()
      return all.filter(({ to, kind }) => to === person.email && kind === 'new_sign_in').length
    }
    const device_token = (await api.logIn(person)).text('device_token')
    assert.equal(await mails(), 0) // the very first
    const { email, password } = person
    await api.asClient('/auth/login', { email, password, device_token })
    assert.equal(await mails(), 0)
    await api.logIn(person)
    assert.equal(await mails(), 1)
  })

  it('of one tenant knows nobody of another', async () => {
    const api = apiOf(world(), await world().addClient('spa', trusted, world().acme))
    const { ada } = world().people
    const stranger = await world().addAccount()
    assert.equal(refusalOf(await api.logIn(stranger)), '401 api.invalid_credentials')
    const answer = await api.logIn(world().adaOfAcme)
    assert.equal(answer.status, 200)
    const elsewhere = (await frontEnd()).api
    const me = await elsewhere.get('/auth/me', { token: answer.text('access_token') })
    assert.equal(refusalOf(me), '401 api.token_invalid')
    assert.notEqual(ada.account.id, world().adaOfAcme.account.id)
  })

  it('is not to be had at the token endpoint itself, nor named by it', async () => {
    const { client, api } = await frontEnd()
    const grant_type = 'urn:signet:grant-type:direct'
    const { email, password } = world().people.ada
    const answer = await wireOf(world(), client).post('/token', { grant_type, email, password })
    assert.deepEqual([answer.status, answer.error], [400, 'unsupported_grant_type'])
    const { status, body } = await apiDiscovery(world())
    assert.equal(status, 200)
    assert.doesNotMatch(body, /urn:signet:grant/)
    assert.equal((await api.logIn(world().people.ada)).status, 200)
  })

  it('gives tokens for other APIs of the application at the token endpoint (RFC 8707)', async () => {
    const { client, api } = await frontEnd()
    const refresh_token = (await api.logIn(world().people.ada)).text('refresh_token')
    const fields = { grant_type: 'refresh_token', refresh_token, resource: otherApi }
    const answer = await wireOf(world(), client).post('/token', fields)
    assert.equal(answer.status, 200, answer.body)
    const access = await verified(world(), answer.text('access_token'))
    assert.deepEqual([access.aud, access['scope']], [otherApi, 'read'])
    assert.equal(access['session_id'], undefined)
  })
})

async function apiDiscovery(world: World) {
  const response = await world.transport.fetch(`${world.issuer}/.well-known/openid-configuration`)
  return { status: response.status, body: await response.text() }
}

async function verified(world: World, token: string): Promise<JWTPayload> {
  const response = await world.transport.fetch(`${world.issuer}/jwks`)
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet)
  const currentDate = new Date(systemClock.now())
  return (await jwtVerify(token, keys, { issuer: world.issuer, currentDate })).payload
}

function withoutMoment({ json }: Answer): string {
  const { request_id: _id, timestamp: _at, ...error } = json['error'] as Record<string, unknown>
  return JSON.stringify(error)
}
