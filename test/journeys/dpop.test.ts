import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { calculateJwkThumbprint, decodeJwt } from 'jose'
import { signIn } from '#test/support/person.ts'
import {
  authorizationRequest,
  createDpopKey,
  dpopProof,
  now,
  obtainCode,
  pushedAddress,
  readAnswer,
  wireOf,
} from '#test/support/protocol.ts'
import type { Answer, DpopKey, Fields, ProofInput } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { api } from '#test/support/world-clients.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`proof of possession on ${stores} (RFC 9449)`, () => {
    let world: World
    let key: DpopKey
    before(async () => {
      world = await openWorld({ stores })
      key = await createDpopKey()
    })
    after(() => world[Symbol.asyncDispose]())

    const proofFor = (path: string, more: Partial<ProofInput> = {}, by = key) =>
      dpopProof(by, { url: world.issuer + path, ...more })

    async function token(client: TestClient, fields: Fields, dpop?: string): Promise<Answer> {
      const headers = dpop === undefined ? {} : { dpop }
      return wireOf(world, client).post('/token', fields, { headers })
    }

    async function userinfo(accessToken: string, dpop?: string): Promise<Answer> {
      const headers = {
        authorization: `${dpop === undefined ? 'Bearer' : 'DPoP'} ${accessToken}`,
        ...(dpop === undefined ? {} : { dpop }),
      }
      return readAnswer(await world.transport.fetch(`${world.issuer}/userinfo`, { headers }))
    }

    const machine = { grant_type: 'client_credentials' }

    it('binds an access token, which then needs a proof of its own (§7)', async () => {
      const { fields } = await obtainCode(world, world.client('web'))
      const tokens = await token(world.client('web'), fields, await proofFor('/token'))
      assert.equal(tokens.status, 200, tokens.body)
      assert.equal(tokens.json['token_type'], 'DPoP')
      const accessToken = tokens.text('access_token')
      const get = { method: 'GET', accessToken }
      const fitting = await userinfo(accessToken, await proofFor('/userinfo', get))
      assert.equal(fitting.status, 200)
      const other = await createDpopKey()
      const refused = [
        await userinfo(accessToken),
        await userinfo(accessToken, await proofFor('/userinfo', get, other)),
        await userinfo(accessToken, await proofFor('/userinfo', { method: 'GET' })),
        await userinfo(accessToken, await proofFor('/userinfo', { accessToken })),
        await userinfo(accessToken, await proofFor('/token', get)),
      ]
      for (const answer of refused) assert.equal(answer.status, 401, answer.body)
    })

    it('tells who introspects which key a token is bound to (§6.2)', async () => {
      const client = await world.addClient('machine', {
        resources: { 'https://opaque.example.test': ['read'] },
      })
      const tokens = await token(client, machine, await proofFor('/token'))
      const body = { token: tokens.text('access_token') }
      const seen = await wireOf(world, client).post('/introspect', body)
      assert.equal(seen.json['active'], true)
      assert.equal(seen.json['token_type'], 'DPoP')
      assert.deepEqual(seen.json['cnf'], { jkt: await calculateJwkThumbprint(key.jwk) })
    })

    it('writes the key into a JWT (§6.1)', async () => {
      const tokens = await token(world.client('machine'), machine, await proofFor('/token'))
      const { cnf } = decodeJwt(tokens.text('access_token'))
      assert.deepEqual(cnf, { jkt: await calculateJwkThumbprint(key.jwk) })
    })

    it('refuses a proof that came before (§11.1, F2)', async () => {
      const proof = await proofFor('/token')
      assert.equal((await token(world.client('machine'), machine, proof)).status, 200)
      const again = await token(world.client('machine'), machine, proof)
      assert.deepEqual([again.status, again.error], [400, 'invalid_dpop_proof'])
    })

    it('remembers a proof for as long as it is good, also one dated ahead (§11.1)', async () => {
      const proof = await proofFor('/token', { claims: { iat: now() + 58 } })
      assert.equal((await token(world.client('machine'), machine, proof)).status, 200)
      await world.pass(110)
      const again = await token(world.client('machine'), machine, proof)
      assert.deepEqual([again.status, again.error], [400, 'invalid_dpop_proof'])
      const fresh = await proofFor('/token')
      assert.equal((await token(world.client('machine'), machine, fresh)).status, 200)
    })

    for (const off of [-61, 61, -0.5]) {
      it(`sends a proof dated ${off} s from now for a nonce (Q24)`, async () => {
        const proof = await proofFor('/token', { claims: { iat: now() + off } })
        const answer = await token(world.client('machine'), machine, proof)
        assert.deepEqual([answer.status, answer.error], [400, 'use_dpop_nonce'])
        assert.ok(answer.headers.get('dpop-nonce'))
      })
    }

    it('refuses a proof that does not fit the request (§4.3)', async () => {
      const host = new URL(world.issuer).host
      const proofs = [
        await proofFor('/token', { method: 'GET' }),
        await proofFor('/userinfo'),
        await dpopProof(key, { url: 'https://evil.example.test/token' }),
        await proofFor('/token', { claims: { jti: '' } }),
        await proofFor('/token', { claims: { iat: 'now' as never } }),
        await proofFor('/token', { claims: { htu: [`http://${host}/token`] } }),
        'not a proof',
        'a.b.c',
      ]
      for (const proof of proofs) {
        const answer = await token(world.client('machine'), machine, proof)
        assert.deepEqual([answer.status, answer.error], [400, 'invalid_dpop_proof'], proof)
      }
    })

    it('hands out a nonce for a proof whose clock is wrong, and takes it (§8)', async () => {
      const stale = { iat: now() - 3600 }
      const late = await token(
        world.client('machine'),
        machine,
        await proofFor('/token', { claims: stale }),
      )
      assert.deepEqual([late.status, late.error], [400, 'use_dpop_nonce'])
      const nonce = late.headers.get('dpop-nonce') ?? ''
      assert.notEqual(nonce, '')
      const retried = await proofFor('/token', { claims: { ...stale, nonce } })
      assert.equal((await token(world.client('machine'), machine, retried)).status, 200)
      const replayed = await token(world.client('machine'), machine, retried)
      assert.equal(replayed.error, 'invalid_dpop_proof')
      const invented = await proofFor('/token', { claims: { nonce: 'invented' } })
      const refused = await token(world.client('machine'), machine, invented)
      assert.equal(refused.error, 'use_dpop_nonce')
      await world.pass(400)
      const old = await proofFor('/token', { claims: { nonce } })
      assert.equal((await token(world.client('machine'), machine, old)).error, 'use_dpop_nonce')
    })

    it('binds the refresh token of a public client to the key (§5)', async () => {
      const client = world.client('spa')
      const scope = { scope: 'openid offline_access', prompt: 'consent' }
      const { fields } = await obtainCode(world, client, { parameters: scope })
      const first = await token(client, fields, await proofFor('/token'))
      const refresh = (answer: Answer) => ({
        grant_type: 'refresh_token',
        refresh_token: answer.text('refresh_token'),
      })
      const thief = await createDpopKey()
      const stolen = await token(client, refresh(first), await proofFor('/token', {}, thief))
      assert.deepEqual([stolen.status, stolen.error], [400, 'invalid_grant'])
      const unproved = await token(client, refresh(first))
      assert.equal(unproved.status, 400)
      const second = await token(client, refresh(first), await proofFor('/token'))
      assert.equal(second.status, 200, second.body)
      assert.notEqual(second.text('refresh_token'), first.text('refresh_token'))
      assert.equal((await token(client, refresh(second))).status, 400)
      const third = await token(client, refresh(second), await proofFor('/token'))
      assert.equal(third.status, 200)
    })

    it('binds the code to the key named in the request (§10)', async () => {
      const client = world.client('web')
      const jkt = await calculateJwkThumbprint(key.jwk)
      const bound = async () => obtainCode(world, client, { parameters: { dpop_jkt: jkt } })
      const unproved = await token(client, (await bound()).fields)
      assert.equal(unproved.status, 400)
      const thief = await createDpopKey()
      const { fields } = await bound()
      const stolen = await token(client, fields, await proofFor('/token', {}, thief))
      assert.deepEqual([stolen.status, stolen.error], [400, 'invalid_grant'])
      const own = await token(client, (await bound()).fields, await proofFor('/token'))
      assert.equal(own.status, 200)
    })

    it('binds a pushed request to the key that proved itself there (§10.1)', async () => {
      const client = world.client('web')
      const { parameters, redeem } = await authorizationRequest(client)
      const pushed = await wireOf(world, client).post('/par', parameters, {
        headers: { dpop: await proofFor('/par') },
      })
      const address = pushedAddress(client, pushed.text('request_uri'))
      const { url } = await signIn(world.browser().tab(), address, world.people.ada)
      const fields = { ...redeem, code: url.searchParams.get('code') ?? '' }
      const thief = await proofFor('/token', {}, await createDpopKey())
      assert.equal((await token(client, fields, thief)).error, 'invalid_grant')
    })

    it('is asked for where it is registered', async () => {
      const client = await world.addClient('machine', { dpop_bound_access_tokens: true })
      const plain = await token(client, machine)
      assert.equal(plain.status, 400)
      const bound = await token(client, { ...machine, resource: api }, await proofFor('/token'))
      assert.equal(bound.json['token_type'], 'DPoP')
    })
  })
}
