import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { brandId } from '#kit/ids.ts'
import type { ClientId } from '#kit/ids.ts'
import { decodeJwt } from 'jose'
import { obtainCode, readAnswer, wireOf } from '#test/support/protocol.ts'
import type { CallOptions } from '#test/support/protocol.ts'
import type { TestClient } from '#test/support/relying-party.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { Person, World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`pairwise subjects on ${stores} (OIDC Core §8.1, Q20)`, () => {
    let world: World
    before(async () => {
      world = await openWorld({ stores })
    })
    after(() => world[Symbol.asyncDispose]())

    async function subjectsOf(client: TestClient, person: Person, options: CallOptions = {}) {
      const { fields } = await obtainCode(world, client, { person })
      const tokens = await wireOf(world, client).post('/token', fields, options)
      assert.equal(tokens.status, 200, tokens.body)
      const accessToken = tokens.text('access_token')
      const headers = { authorization: `Bearer ${accessToken}` }
      const via = options.via ?? world.transport
      const userinfo = await readAnswer(await via.fetch(`${world.issuer}/userinfo`, { headers }))
      const seen = await wireOf(world, client).post('/introspect', { token: accessToken }, options)
      return [decodeJwt(tokens.text('id_token')).sub, userinfo.json['sub'], seen.json['sub']]
    }

    it('are the same in every token of a sector, and not the account', async () => {
      const { ada } = world.people
      const other = await world.addClient('pairwise', {
        redirect_uris: ['https://pairwise.example.test/other'],
      })
      const subjects = [
        ...(await subjectsOf(world.client('pairwise'), ada)),
        ...(await subjectsOf(other, ada)),
      ]
      assert.equal(new Set(subjects).size, 1, String(subjects))
      assert.notEqual(subjects[0], ada.account.id)
    })

    it('differ by sector and by person', async () => {
      const { ada, grace } = world.people
      const elsewhere = await world.addClient('pairwise', {
        redirect_uris: ['https://elsewhere.example.test/callback'],
      })
      const [own] = await subjectsOf(world.client('pairwise'), ada)
      const [foreign] = await subjectsOf(elsewhere, ada)
      const [another] = await subjectsOf(world.client('pairwise'), grace)
      assert.equal(new Set([own, foreign, another]).size, 3)
    })

    it('do not change with the secret of the client', async () => {
      const { ada } = world.people
      const client = await world.addClient('pairwise', {})
      const [before] = await subjectsOf(client, ada)
      const clientId = brandId<ClientId>(client.clientId)
      const secret = await world.app.clients.rotateSecret(world.main.id, clientId)
      const [after] = await subjectsOf({ ...client, secret }, ada)
      assert.equal(after, before)
    })

    if (stores !== 'embedded') {
      it('are the same in another process', async () => {
        const { ada } = world.people
        const client = world.client('pairwise')
        const [here] = await subjectsOf(client, ada)
        const { transport: via } = await world.sibling()
        assert.deepEqual(await subjectsOf(client, ada, { via }), [here, here, here])
      })
    }
  })
}
