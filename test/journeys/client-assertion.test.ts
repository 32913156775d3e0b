import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import { assertionFields, basic, clientAssertion, now, wireOf } from '#test/support/protocol.ts'
import type { Answer } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`client assertions on ${stores} (RFC 7523, Q21)`, () => {
    let world: World
    let client: TestClient
    before(async () => {
      world = await openWorld({ stores })
      client = await world.addClient('signed', {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })
    })
    after(() => world[Symbol.asyncDispose]())

    const machine = { grant_type: 'client_credentials' }

    function present(assertion: string, other: Readonly<Record<string, string>> = {}) {
      const fields = { ...machine, ...assertionFields(assertion), ...other }
      return wireOf(world, client).bare('/token', fields)
    }

    async function refuses(claims: JWTPayload, header?: Record<string, string>): Promise<Answer> {
      const answer = await present(await clientAssertion(client, claims, header))
      const what = `${JSON.stringify({ claims, header })}: ${answer.body}`
      assert.deepEqual([answer.status, answer.error], [401, 'invalid_client'], what)
      return answer
    }

    it('authenticate a client', async () => {
      assert.equal((await present(await clientAssertion(client))).status, 200)
      const typ = 'client-authentication+jwt'
      assert.equal((await present(await clientAssertion(client, {}, { typ }))).status, 200)
    })

    it('are for the issuer alone, as one string (CVE-2025-27370)', async () => {
      const { issuer } = world
      const audiences = [
        `${issuer}/token`,
        `${issuer}/`,
        issuer.toUpperCase(),
        [issuer],
        [issuer, `${issuer}/token`],
        'https://evil.example.test',
        '',
        undefined,
      ]
      for (const aud of audiences) await refuses({ aud: aud as string })
    })

    it('live five minutes at most, in whole seconds (F3, CVE-2025-2559)', async () => {
      const expiries: unknown[] = [
        now() + 301,
        now() + 60.5,
        1e15,
        1e300,
        now() - 60,
        -1,
        0,
        `${now() + 60}`,
        null,
      ]
      for (const exp of expiries) await refuses({ exp: exp as number })
      assert.equal((await present(await clientAssertion(client, { exp: now() + 300 }))).status, 200)
    })

    it('say when they were made, and not tomorrow', async () => {
      for (const iat of [undefined, now() + 60, now() - 0.5, 'now']) {
        await refuses({ iat: iat as number })
      }
      await refuses({ nbf: now() + 60 })
    })

    it('name the client twice, and themselves', async () => {
      await refuses({ iss: 'web' })
      for (const jti of ['', undefined, 7, 'x'.repeat(257)]) await refuses({ jti: jti as string })
      const foreign = await present(await clientAssertion(client, { sub: 'web' }))
      assert.ok(foreign.status === 401 || foreign.status === 400)
      const mismatch = await present(await clientAssertion(client), { client_id: 'web' })
      assert.equal(mismatch.error, 'invalid_request')
    })

    it('are used once (RFC 7523 §3)', async () => {
      const assertion = await clientAssertion(client)
      assert.equal((await present(assertion)).status, 200)
      const again = await present(assertion)
      assert.deepEqual([again.status, again.error], [401, 'invalid_client'])
      await world.pass(64)
      assert.equal((await present(assertion)).status, 401)
    })

    it('are used once, of twenty at the same time (F2)', async () => {
      const assertion = await clientAssertion(client)
      const answers = await Promise.all(Array.from({ length: 20 }, () => present(assertion)))
      const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
      assert.deepEqual([count(200), count(401)], [1, 19])
    })

    it('are signed by a registered key, with the algorithm of that key (RFC 8725 §3.1)', async () => {
      const { privateKey } = await generateKeyPair('ES256')
      const strange = await clientAssertion({ ...client, key: privateKey })
      assert.equal((await present(strange)).status, 401)
      const [header = '', payload = ''] = (await clientAssertion(client)).split('.')
      const none = Buffer.from('{"alg":"none"}').toString('base64url')
      assert.equal((await present(`${none}.${payload}.`)).status, 401)
      assert.equal((await present(`${header}.${payload}.`)).status, 401)
      const secret = new TextEncoder().encode('a secret that both sides might know of, or not')
      const hmac = new SignJWT({ iss: client.clientId, sub: client.clientId, aud: world.issuer })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(now() + 60)
      assert.equal((await present(await hmac.sign(secret))).status, 401)
    })

    it('ignore a key they bring along (RFC 8725 §3.10)', async () => {
      const { privateKey } = await generateKeyPair('ES256')
      const own = { ...client, key: privateKey }
      const jku = await clientAssertion(own, {}, { jku: 'https://evil.example.test/jwks' })
      assert.equal((await present(jku)).status, 401)
    })

    it('are the one way of this client, and no way for another (Q23)', async () => {
      const { clientId } = client
      const wire = wireOf(world, client)
      const attempts = [
        await wire.bare('/token', { ...machine, client_id: clientId }),
        await wire.bare('/token', { ...machine, client_id: clientId, client_secret: 'x' }),
        await wire.bare('/token', machine, { headers: { authorization: basic(clientId, 'x') } }),
        await present(await clientAssertion(client), { client_secret: 'x' }),
        await present(await clientAssertion({ ...client, clientId: 'machine' })),
      ]
      for (const answer of attempts) {
        assert.ok([400, 401].includes(answer.status), answer.body)
        assert.equal(answer.json['access_token'], undefined)
      }
    })

    it('may be no JWT at all', async () => {
      const object = Buffer.from('{"sub":{}}').toString('base64url')
      for (const text of ['', 'x', 'a.b.c', '..', `${object}.${object}.x`, '\u0000', '💥']) {
        const answer = await present(text)
        assert.ok([400, 401].includes(answer.status), `${text}: ${answer.status} ${answer.body}`)
      }
    })
  })
}
