import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor, acrPassword, acrPhishingResistant } from '#client/client.ts'
import type { Acr, Client, Clients } from '#client/client.ts'
import { acrDemandOf, acrToTell } from './acr-demand.ts'

const api = 'https://api.example.test'

function demandOf(
  params: Readonly<Record<string, unknown>>,
  minimum: { readonly client?: Acr; readonly api?: Acr } = {},
) {
  const client = { metadata: { minimum_acr: minimum.client } } as Client
  const clients = {
    findResource: async (_tenant: unknown, indicator: string) =>
      indicator === api ? { minimumAcr: minimum.api } : undefined,
  } as Pick<Clients, 'findResource'> as Clients
  return acrDemandOf(params, client, clients)
}

const claims = (acr: unknown) => ({ claims: JSON.stringify({ id_token: { acr } }) })

describe('what an authorization request wants proved (Q49)', () => {
  it('is nothing where nobody asks', async () => {
    assert.equal(await demandOf({}), undefined)
    assert.equal(await demandOf(claims(null)), undefined)
    assert.equal(await demandOf({ resource: 'https://other.example.test' }), undefined)
  })

  it('is a wish by acr_values: the weakest of those named is enough (OIDC Core §3.1.2.1)', async () => {
    assert.deepEqual(await demandOf({ acr_values: `${acrPhishingResistant} ${acrMultiFactor}` }), {
      needed: acrMultiFactor,
      required: undefined,
      named: [acrPhishingResistant, acrMultiFactor],
    })
  })

  it('passes over what nobody can prove here, as long as it is a wish', async () => {
    assert.equal(await demandOf({ acr_values: 'urn:mace:incommon:iap:silver' }), undefined)
  })

  it('is essential by claims (OIDC Core §5.5.1.1)', async () => {
    const demand = await demandOf(claims({ essential: true, values: [acrMultiFactor] }))
    assert.deepEqual(demand, {
      needed: acrMultiFactor,
      required: acrMultiFactor,
      named: [acrMultiFactor],
    })
  })

  it('fails at once where something essential can be proved by nobody', async () => {
    const wanted = demandOf(claims({ essential: true, value: 'urn:of:somebody:else' }))
    await assert.rejects(wanted, { error: 'unmet_authentication_requirements' })
  })

  it('is at least what the client, or an API, demands; and that is no wish', async () => {
    const wish = { acr_values: acrPassword, resource: [api] }
    const expected = { needed: acrMultiFactor, required: acrMultiFactor, named: [acrPassword] }
    assert.deepEqual(await demandOf(wish, { client: acrMultiFactor }), expected)
    assert.deepEqual(await demandOf(wish, { api: acrMultiFactor }), expected)
    const both = await demandOf(wish, { api: acrMultiFactor, client: acrPhishingResistant })
    assert.equal(both?.required, acrPhishingResistant)
  })

  it('is both: a wish for more, and a rule that is kept all the same', async () => {
    const demand = await demandOf({ acr_values: acrPhishingResistant }, { client: acrMultiFactor })
    assert.equal(demand?.needed, acrPhishingResistant)
    assert.equal(demand.required, acrMultiFactor)
  })
})

describe('what the tokens tell (Q49)', () => {
  const told = (proved: string | undefined, ...named: readonly Acr[]) =>
    acrToTell(proved, { named })

  it('is what happened, in the words of who asked', () => {
    assert.equal(told(acrPhishingResistant, acrMultiFactor), acrMultiFactor)
    assert.equal(told(acrPhishingResistant), acrPhishingResistant)
    assert.equal(told(acrMultiFactor, acrPassword, acrMultiFactor), acrMultiFactor)
  })

  it('is never more than what happened', () => {
    assert.equal(told(acrPassword, acrMultiFactor), acrPassword)
    assert.equal(told(undefined, acrMultiFactor), undefined)
  })
})
