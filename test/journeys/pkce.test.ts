import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { authorizationRequest, obtainCode, wireOf } from '#test/support/protocol.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const wrong = 'w'.repeat(43)

for (const stores of storeSetups()) {
  describe(`PKCE on ${stores} (RFC 7636, Q4)`, () => {
    let world: World
    before(async () => {
      world = await openWorld({ stores })
    })
    after(() => world[Symbol.asyncDispose]())

    async function errorFor(
      client: Parameters<typeof authorizationRequest>[0],
      parameters: Readonly<Record<string, string>>,
    ) {
      const { url } = await authorizationRequest(client, parameters)
      const page = await world.browser().tab().open(url)
      assert.ok(page.isElsewhere, page.text)
      return page.url.searchParams.get('error')
    }

    for (const name of ['web', 'post', 'spa', 'native', 'signed', 'trusted'] as const) {
      it(`is asked of the client ${name}, with S256 (RFC 9700 §2.1.1)`, async () => {
        const client = world.client(name)
        const challenge = 'c'.repeat(43)
        const cases = [
          { code_challenge: '', code_challenge_method: '' },
          { code_challenge: challenge, code_challenge_method: 'plain' },
          { code_challenge: challenge, code_challenge_method: '' },
          { code_challenge: challenge, code_challenge_method: 's256' },
          { code_challenge: '', code_challenge_method: 'S256' },
          { code_challenge: 'short', code_challenge_method: 'S256' },
          { code_challenge: `${challenge.slice(1)}!`, code_challenge_method: 'S256' },
          { code_challenge: 'c'.repeat(200), code_challenge_method: 'S256' },
        ]
        for (const parameters of cases) {
          const error = await errorFor(client, parameters)
          assert.equal(error, 'invalid_request', JSON.stringify(parameters))
        }
      })
    }

    it('refuses a missing, a wrong and a needless verifier (§4.6, RFC 9700 §4.8.2)', async () => {
      const client = world.client('trusted')
      const wire = wireOf(world, client)
      const { fields } = await obtainCode(world, client)
      const { code_verifier: _verifier, ...without } = fields
      for (const request of [without, { ...fields, code_verifier: wrong }]) {
        const answer = await wire.post('/token', request)
        assert.deepEqual([answer.status, answer.error], [400, 'invalid_grant'], answer.body)
      }
      const lax = await world.addClient('trusted', { require_pkce: false })
      const unchallenged = await obtainCode(world, lax, {
        parameters: { code_challenge: '', code_challenge_method: '' },
      })
      const needless = await wireOf(world, lax).post('/token', unchallenged.fields)
      assert.deepEqual([needless.status, needless.error], [400, 'invalid_grant'])
    })

    it('burns a code after five wrong verifiers', async () => {
      const client = world.client('trusted')
      const wire = wireOf(world, client)
      const guess = async (fields: Readonly<Record<string, string>>) =>
        (await wire.post('/token', { ...fields, code_verifier: wrong })).error
      const patient = await obtainCode(world, client)
      for (let count = 0; count < 4; count += 1) await guess(patient.fields)
      assert.equal((await wire.post('/token', patient.fields)).status, 200)

      const guessed = await obtainCode(world, client)
      for (let count = 0; count < 5; count += 1)
        assert.equal(await guess(guessed.fields), 'invalid_grant')
      const late = await wire.post('/token', guessed.fields)
      assert.deepEqual([late.status, late.error], [400, 'invalid_grant'])
    })

    it('may be opted out of by a confidential client, which then sends nonce', async () => {
      const client = await world.addClient('trusted', { require_pkce: false })
      const none = { code_challenge: '', code_challenge_method: '' }
      assert.equal(await errorFor(client, { ...none, nonce: '' }), 'invalid_request')
      const { fields } = await obtainCode(world, client, { parameters: none })
      const { code_verifier: _verifier, ...without } = fields
      assert.equal((await wireOf(world, client).post('/token', without)).status, 200)
      const { fields: challenged } = await obtainCode(world, client, { parameters: { nonce: '' } })
      assert.equal((await wireOf(world, client).post('/token', challenged)).status, 200)
      assert.equal(
        await errorFor(client, { code_challenge: 'c'.repeat(43), code_challenge_method: 'plain' }),
        'invalid_request',
      )
    })

    it('cannot be opted out of by a public client', async () => {
      await assert.rejects(world.addClient('spa', { require_pkce: false }), /require_pkce/)
    })
  })
}
