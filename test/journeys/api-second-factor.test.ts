import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiOf, refusalOf } from '#test/support/api.ts'
import { describeInWorlds } from '#test/support/worlds.ts'

const trusted = { first_party: true, api_login: true }

describeInWorlds('a password alone at the JSON API', (world) => {
  it('opens nothing where a second factor is demanded of the person (Q42)', async () => {
    const made = await world().addTenant('api-second-factor')
    const person = await world().addAccount(undefined, made)
    const api = apiOf(world(), await world().addClient('spa', trusted, made))
    assert.equal((await api.logIn(person)).status, 200)
    for (const demanded of [
      { second_factor: 'required' },
      { second_factor_by_group: { staff: 'required' } },
    ] as const) {
      const settings = { ...made.settings, ...demanded }
      await world().app.tenants.update({ ...made, settings })
      const answer = await api.logIn(person)
      assert.equal(refusalOf(answer), '403 api.enrolment_required')
      assert.equal(answer.json['access_token'], undefined)
    }
  })

  it('opens nothing at an application that asks for more (Q49)', async () => {
    const more = { ...trusted, minimum_acr: 'urn:signet:acr:mfa' }
    const api = apiOf(world(), await world().addClient('spa', more))
    const answer = await api.logIn(await world().addAccount())
    assert.equal(refusalOf(answer), '403 api.enrolment_required')
  })
})
