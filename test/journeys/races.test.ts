import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isConsent, proveIdentity } from '#test/support/person.ts'
import {
  assertionFields,
  authorizationRequest,
  clientAssertion,
  createDpopKey,
  dpopProof,
  obtainCode,
  pushedAddress,
  wireOf,
} from '#test/support/protocol.ts'
import type { Answer, Fields } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import type { Transport } from '#test/support/transport.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

const parallel = 20

for (const stores of storeSetups()) {
  const processes = stores === 'embedded' ? [1] : [1, 2]
  for (const count of processes) {
    describe(`twenty at once, ${stores}, ${count} process${count > 1 ? 'es' : ''} (F1, F2)`, () => {
      let world: World
      let ways: Transport[]
      before(async () => {
        world = await openWorld({ stores })
        ways = [world.transport]
        if (count > 1) ways.push((await world.sibling()).transport)
      })
      after(() => world[Symbol.asyncDispose]())

      function race<T>(run: (via: Transport) => Promise<T>): Promise<T[]> {
        const racers = Array.from({ length: parallel }, (_, at) => ways[at % ways.length])
        return Promise.all(racers.map((via) => run(via ?? world.transport)))
      }

      const raceForTokens = (client: TestClient, fields: Fields) =>
        race((via) => wireOf(world, client).post('/token', fields, { via }))

      function soleWinner(answers: readonly Answer[], error: string): Answer {
        const winners = answers.filter(({ status }) => status === 200)
        const losers = answers.filter(({ status }) => status !== 200)
        const seen = losers.map((answer) => `${answer.status} ${String(answer.error)}`)
        assert.equal(winners.length, 1, seen.join(', '))
        for (const loser of losers) assert.equal(loser.error, error, loser.body)
        const [winner] = winners
        assert.ok(winner)
        return winner
      }

      async function userinfoStatus(tokens: Answer): Promise<number> {
        const headers = { authorization: `Bearer ${tokens.text('access_token')}` }
        return (await world.transport.fetch(`${world.issuer}/userinfo`, { headers })).status
      }

      const refreshed = (client: TestClient, tokens: Answer) => ({
        grant_type: 'refresh_token',
        refresh_token: tokens.text('refresh_token'),
        client_id: client.clientId,
      })

      it('redeem one code once (RFC 6749 §4.1.2)', async () => {
        const client = world.client('web')
        const { fields } = await obtainCode(world, client)
        soleWinner(await raceForTokens(client, fields), 'invalid_grant')
      })

      it('rotate one refresh token once, and the winner goes on (RFC 9700 §4.14.2)', async () => {
        for (const client of [world.client('spa'), world.client('web')]) {
          const { fields } = await obtainCode(world, client)
          const first = await wireOf(world, client).post('/token', fields)
          const answers = await raceForTokens(client, refreshed(client, first))
          const winner = soleWinner(answers, 'invalid_grant')
          assert.equal(await userinfoStatus(winner), 200)
          const next = await wireOf(world, client).post('/token', refreshed(client, winner))
          assert.equal(next.status, 200, next.body)
          assert.equal(await userinfoStatus(next), 200)
        }
      })

      it('use one pushed request once (RFC 9126 §7.3)', async () => {
        const client = world.client('trusted')
        const browser = world.browser()
        await obtainCode(world, client, { tab: browser.tab() })
        const request = await authorizationRequest(client)
        const pushed = await wireOf(world, client).post('/par', request.parameters)
        const address = pushedAddress(client, pushed.text('request_uri'))
        const cookie = browser.cookies.header(address) ?? ''
        const answers = await race((via) => via.fetch(address, { headers: { cookie } }))
        const codes = answers.flatMap((answer) => {
          const location = answer.headers.get('location')
          const code = location && new URL(location, address).searchParams.get('code')
          return code ? [code] : []
        })
        assert.equal(codes.length, 1)
        for (const answer of answers) assert.ok(answer.status < 500)
        const fields = { ...request.redeem, code: codes[0] ?? '' }
        assert.equal((await wireOf(world, client).post('/token', fields)).status, 200)
      })

      it('use one client assertion once (RFC 7523 §3)', async () => {
        const client = await world.addClient('signed', {
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        })
        const assertion = assertionFields(await clientAssertion(client))
        const fields = { grant_type: 'client_credentials', ...assertion }
        const answers = await race((via) => wireOf(world, client).bare('/token', fields, { via }))
        const winner = soleWinner(answers, 'invalid_client')
        const token = winner.text('access_token')
        assert.equal(
          (await wireOf(world, client).post('/introspect', { token })).json['active'],
          true,
        )
      })

      it('use one DPoP proof once (RFC 9449 §11.1)', async () => {
        const dpop = await dpopProof(await createDpopKey(), { url: `${world.issuer}/token` })
        const wire = wireOf(world, world.client('machine'))
        const fields = { grant_type: 'client_credentials' }
        const answers = await race((via) => wire.post('/token', fields, { via, headers: { dpop } }))
        soleWinner(answers, 'invalid_dpop_proof')
      })

      it('redeem one device code once (RFC 8628 §3.5)', async () => {
        const client = world.client('television')
        const wire = wireOf(world, client)
        const started = await wire.post('/device_authorization', { scope: 'openid' })
        const tab = world.browser().tab()
        await tab.open(started.text('verification_uri'))
        await tab.submit({ user_code: started.text('user_code') })
        await tab.submit({}, 'Connect')
        const page = await proveIdentity(tab, world.people.ada)
        if (isConsent(page)) await tab.submit({}, 'Allow')
        const fields = {
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: started.text('device_code'),
        }
        const answers = await raceForTokens(client, fields)
        const winners = answers.filter(({ status }) => status === 200)
        assert.equal(winners.length, 1)
        for (const { error } of answers.filter(({ status }) => status !== 200))
          assert.ok(['slow_down', 'invalid_grant'].includes(String(error)), String(error))
        const [winner] = winners
        assert.ok(winner)
        assert.equal(await userinfoStatus(winner), 200)
      })
    })
  }
}
