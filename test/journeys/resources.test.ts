import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose'
import { authorizationRequest, obtainCode, readAnswer, wireOf } from '#test/support/protocol.ts'
import type { Answer, CodeOptions } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { api, opaqueApi } from '#test/support/world-clients.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const unknown = 'https://unknown.example.test'
const readApi = { resource: api, scope: 'openid read' }

for (const stores of storeSetups()) {
  describe(`resource indicators on ${stores} (RFC 8707, RFC 9068)`, () => {
    let world: World
    before(async () => {
      world = await openWorld({ stores })
    })
    after(() => world[Symbol.asyncDispose]())

    async function redeem(
      client: TestClient,
      parameters: CodeOptions['parameters'],
      other: Readonly<Record<string, string>> = {},
    ): Promise<Answer> {
      const { fields } = await obtainCode(world, client, parameters ? { parameters } : {})
      return wireOf(world, client).post('/token', { ...fields, ...other })
    }

    const machineToken = (client: TestClient, other: Readonly<Record<string, string>> = {}) =>
      wireOf(world, client).post('/token', { grant_type: 'client_credentials', ...other })

    it('gives an at+jwt that verifies for the audience named', async () => {
      const client = world.client('trusted')
      const tokens = await redeem(client, readApi, { resource: api })
      const keys = createRemoteJWKSet(new URL(`${world.issuer}/jwks`), {
        [customFetch]: (url: string) => world.transport.fetch(url),
      })
      const { payload, protectedHeader } = await jwtVerify(tokens.text('access_token'), keys, {
        issuer: world.issuer,
        audience: api,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        requiredClaims: ['sub', 'client_id', 'jti', 'iat', 'exp'],
      })
      assert.equal(protectedHeader.typ, 'at+jwt')
      assert.equal(payload.sub, world.people.ada.account.id)
      assert.equal(payload['client_id'], 'trusted')
      assert.equal(payload['scope'], 'read')
      assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 600)
      assert.equal(tokens.json['expires_in'], 600)
    })

    it('does not open userinfo with it, nor the introspection of JWTs', async () => {
      const tokens = await redeem(world.client('web'), readApi, { resource: api })
      const headers = { authorization: `Bearer ${tokens.text('access_token')}` }
      const userinfo = await world.transport.fetch(`${world.issuer}/userinfo`, { headers })
      assert.equal(userinfo.status, 401)
      const reader = wireOf(world, world.client('reader'))
      const seen = await reader.post('/introspect', { token: tokens.text('access_token') })
      assert.notEqual(seen.json['active'], true)
    })

    it('gives a client only the scopes it is registered for', async () => {
      const wanted = { resource: api, scope: 'openid read write' }
      const tokens = await redeem(world.client('trusted'), wanted, { resource: api })
      assert.equal(decodeJwt(tokens.text('access_token'))['scope'], 'read')
      const web = await redeem(world.client('web'), wanted, { resource: api })
      assert.equal(decodeJwt(web.text('access_token'))['scope'], 'read write')
    })

    it('answers for an unknown resource as for a forbidden one', async () => {
      const client = world.client('trusted')
      const forbidden = 'https://forbidden.example.test'
      await world.app.clients.putResource({
        tenantId: world.main.id,
        identifier: forbidden,
        name: 'Other',
        scopes: ['read'],
        introspectors: [],
        accessTokenFormat: 'jwt',
        accessTokenTtl: 600,
        minimumAcr: undefined,
      })
      const answers = await Promise.all(
        [unknown, forbidden].map(async (resource) => {
          const { url } = await authorizationRequest(client, { resource })
          const page = await world.browser().tab().open(url)
          const machine = await machineToken(world.client('machine'), { resource })
          const { error, error_description: description } = Object.fromEntries(
            page.url.searchParams,
          )
          return { error, description, status: machine.status, body: machine.body }
        }),
      )
      assert.deepEqual(answers[0], answers[1])
      assert.equal(answers[0]?.error, 'invalid_target')
      assert.equal(answers[0].status, 400)
    })

    it('refuses at the token endpoint what was not asked for before', async () => {
      const plain = await redeem(world.client('web'), undefined, { resource: api })
      assert.deepEqual([plain.status, plain.error], [400, 'invalid_target'])
      const other = await redeem(world.client('web'), readApi, { resource: opaqueApi })
      assert.deepEqual([other.status, other.error], [400, 'invalid_target'])
    })

    it('gives one token for one resource, of several that were allowed', async () => {
      const client = world.client('web')
      const { url, redeem: fields } = await authorizationRequest(client, {
        scope: 'openid read',
        resource: api,
      })
      url.searchParams.append('resource', opaqueApi)
      const tab = (await obtainCode(world, client)).tab
      let page = await tab.open(url)
      if (!page.isElsewhere) page = await tab.submit({}, 'Allow')
      const code = page.url.searchParams.get('code') ?? ''
      const first = await wireOf(world, client).post('/token', { ...fields, code, resource: api })
      assert.equal(decodeJwt(first.text('access_token')).aud, api)
      const refresh = {
        grant_type: 'refresh_token',
        refresh_token: first.text('refresh_token'),
        resource: opaqueApi,
      }
      const second = await wireOf(world, client).post('/token', refresh)
      assert.equal(second.status, 200, second.body)
      const seen = await wireOf(world, world.client('reader')).post('/introspect', {
        token: second.text('access_token'),
      })
      assert.deepEqual([seen.json['active'], seen.json['aud']], [true, opaqueApi])
    })

    it('lets nobody read a token but its owner and whom the resource names (Q19)', async () => {
      const client = world.client('trusted')
      const wanted = { resource: opaqueApi, scope: 'openid read' }
      const tokens = await redeem(client, wanted, { resource: opaqueApi })
      const token = tokens.text('access_token')
      const ask = async (by: TestClient) =>
        (await wireOf(world, by).post('/introspect', { token })).json
      assert.equal((await ask(client))['active'], true)
      assert.equal((await ask(world.client('reader')))['active'], true)
      assert.deepEqual(await ask(world.client('web')), { active: false })
      assert.deepEqual(await ask(world.client('machine')), { active: false })
      const bare = await wireOf(world, client).bare('/introspect', { token })
      assert.ok([400, 401].includes(bare.status))
    })

    it('gives a machine with one resource a token for it without being asked', async () => {
      const tokens = await machineToken(world.client('machine'))
      assert.equal(decodeJwt(tokens.text('access_token')).aud, api)
      const scoped = await machineToken(world.client('machine'), { scope: 'read' })
      assert.equal(decodeJwt(scoped.text('access_token'))['scope'], 'read')
      const more = await machineToken(world.client('machine'), { scope: 'read admin' })
      assert.deepEqual([more.status, more.json['scope']], [200, 'read'])
    })

    it('names no resource for a machine with several', async () => {
      const resources = { [api]: ['read'], [opaqueApi]: ['read'] }
      const client = await world.addClient('machine', { resources })
      const tokens = await machineToken(client)
      const token = tokens.text('access_token')
      const seen = await wireOf(world, client).post('/introspect', { token })
      assert.equal(seen.json['aud'], undefined)
      assert.equal(seen.json['scope'], undefined)
    })

    it('refuses what is no resource indicator (§2)', async () => {
      const client = world.client('machine')
      for (const resource of [
        '',
        'api',
        '/api',
        `${api}#x`,
        'https://',
        '\u0000',
        `${api}\u0000`,
      ]) {
        const answer = await machineToken(client, { resource })
        if (resource === '') assert.equal(answer.status, 200)
        else assert.deepEqual([answer.status, answer.error], [400, 'invalid_target'], resource)
      }
      const twice = await wireOf(world, client).post('/token', [
        ['grant_type', 'client_credentials'],
        ['resource', api],
        ['resource', opaqueApi],
      ])
      assert.deepEqual([twice.status, twice.error], [400, 'invalid_target'])
    })

    it('keeps a machine from the scopes of people', async () => {
      for (const scope of ['openid', 'openid email', 'offline_access', 'profile']) {
        const answer = await machineToken(world.client('machine'), { scope })
        assert.equal(answer.json['id_token'], undefined)
        assert.equal(answer.json['refresh_token'], undefined)
        if (answer.status !== 200) continue
        const { scope: given } = decodeJwt(answer.text('access_token'))
        assert.ok(given === undefined || given === '', `${scope}: ${JSON.stringify(given)}`)
      }
    })

    it('opens userinfo with a token for no resource', async () => {
      const tokens = await redeem(world.client('web'), undefined)
      const headers = { authorization: `Bearer ${tokens.text('access_token')}` }
      const response = await world.transport.fetch(`${world.issuer}/userinfo`, { headers })
      assert.equal((await readAnswer(response)).json['email'], world.people.ada.email)
    })
  })
}
