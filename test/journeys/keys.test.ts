import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { obtainCode, readAnswer, wireOf } from '#test/support/protocol.ts'
import type { Transport } from '#test/support/transport.ts'
import { openWorld, storeSetups } from '#test/support/world.ts'
import type { World } from '#test/support/world.ts'

for (const stores of storeSetups()) {
  describe(`keys that change while it runs, on ${stores} (Q88)`, () => {
    let world: World
    let ways: Transport[]
    before(async () => {
      world = await openWorld({ stores })
      ways = [world.transport]
      if (stores !== 'embedded') ways.push((await world.sibling()).transport)
    })
    after(() => world[Symbol.asyncDispose]())

    async function publishedBy(via: Transport): Promise<JSONWebKeySet> {
      const answer = await readAnswer(await via.fetch(`${world.issuer}/jwks`))
      return JSON.parse(answer.body)
    }

    const kidsOf = ({ keys }: JSONWebKeySet) => new Set(keys.map(({ kid }) => kid))

    async function machineToken(via: Transport): Promise<string> {
      const machine = wireOf(world, world.client('machine'))
      const answer = await machine.post('/token', { grant_type: 'client_credentials' }, { via })
      return answer.text('access_token')
    }

    const kidOf = (token: string) => decodeProtectedHeader(token).kid

    it('sign with the next key, which everybody knew before; old tokens still verify', async () => {
      const before = await publishedBy(world.transport)
      const old = await machineToken(world.transport)
      const states = await world.app.keys.list(world.main.id)
      const next = states.find(({ alg, state }) => alg === 'ES256' && state === 'next')
      assert.ok(next && kidsOf(before).has(next.kid))

      await world.app.keys.rotate(world.main.id, { emergency: false })
      await world.pass(2) // what other processes may remember is a second old
      for (const via of ways) {
        const published = await publishedBy(via)
        for (const kid of kidsOf(before)) assert.ok(kidsOf(published).has(kid))
        assert.equal(published.keys.length, before.keys.length + 2)
        const token = await machineToken(via)
        assert.equal(kidOf(token), next.kid)
        assert.notEqual(kidOf(old), next.kid)
        for (const known of [before, published]) {
          for (const one of [old, token])
            await jwtVerify(one, createLocalJWKSet(known), { issuer: world.issuer })
        }
      }
    })

    it('agree in every process, however many times they change', async () => {
      for (let round = 0; round < 3; round += 1) {
        await world.app.keys.rotate(world.main.id, { emergency: false })
        await world.pass(2)
        const published = await Promise.all(ways.map(publishedBy))
        for (const one of published) assert.deepEqual(one, published[0])
        const kids = await Promise.all(ways.map(async (via) => kidOf(await machineToken(via))))
        assert.equal(new Set(kids).size, 1)
      }
    })

    it('take nothing from who is signed in: sessions, codes and refresh tokens go on', async () => {
      const client = world.client('trusted')
      const wire = wireOf(world, client)
      const browser = world.browser()
      const { fields } = await obtainCode(world, client, { tab: browser.tab() })
      const first = await wire.post('/token', fields)
      const waiting = await obtainCode(world, client, { tab: browser.tab() })
      await world.app.keys.rotate(world.main.id, { emergency: false })
      await world.pass(2)
      for (const via of ways) {
        const session = await obtainCode(world, client, { tab: browser.tab() })
        assert.equal((await wire.post('/token', session.fields, { via })).status, 200)
      }
      assert.equal((await wire.post('/token', waiting.fields)).status, 200)
      const refresh_token = first.text('refresh_token')
      const refreshed = await wire.post('/token', { grant_type: 'refresh_token', refresh_token })
      assert.equal(refreshed.status, 200)
      const logout = new URL(`${world.issuer}/logout`)
      logout.searchParams.set('id_token_hint', first.text('id_token'))
      assert.equal((await browser.tab().open(logout)).status, 200)
    })

    it('in an emergency leave nothing of before', async () => {
      const before = await publishedBy(world.transport)
      const stolen = await machineToken(world.transport)
      await world.app.keys.rotate(world.main.id, { emergency: true })
      await world.pass(2)
      for (const via of ways) {
        const published = await publishedBy(via)
        for (const kid of kidsOf(before)) assert.ok(!kidsOf(published).has(kid))
        await assert.rejects(jwtVerify(stolen, createLocalJWKSet(published)))
        await jwtVerify(await machineToken(via), createLocalJWKSet(published))
      }
    })

    it('of a retired pair disappear when nothing they signed is alive', async () => {
      await world.app.keys.rotate(world.main.id, { emergency: false })
      await world.pass(2)
      assert.equal((await publishedBy(world.transport)).keys.length, 6)
      await world.pass(31 * 24 * 3600)
      for (const via of ways) assert.equal((await publishedBy(via)).keys.length, 4)
    })
  })
}
