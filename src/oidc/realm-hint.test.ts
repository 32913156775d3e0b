import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acrMultiFactor } from '#client/client.ts'
import { foreignAcrValuesOf, realmHintOf } from './realm-hint.ts'

const table = [
  ['nothing', {}, undefined],
  ['a connection', { idp_hint: 'google' }, { kind: 'connection', id: 'google' }],
  [
    'a connection among the acr values',
    { acr_values: `${acrMultiFactor} urn:signet:connection:acme` },
    { kind: 'connection', id: 'acme' },
  ],
  [
    'a domain, as Microsoft says it',
    { domain_hint: 'a.test' },
    { kind: 'domain', domain: 'a.test' },
  ],
  ['a domain, as Google says it', { hd: 'a.test' }, { kind: 'domain', domain: 'a.test' }],
  [
    'both',
    { hd: 'a.test', acr_values: 'urn:signet:connection:acme' },
    { kind: 'connection', id: 'acme' },
  ],
  ['what is no text', { idp_hint: ['a', 'b'], hd: '' }, undefined],
] as const

describe('where an application would have somebody sign in', () => {
  for (const [what, params, hint] of table)
    it(`is read from ${what}`, () => assert.deepEqual(realmHintOf(params), hint))
})

describe('the acr values of somebody else', () => {
  it('are all that are none of ours', () => {
    const values = `${acrMultiFactor} urn:signet:connection:acme urn:example:gold`
    assert.deepEqual(foreignAcrValuesOf({ acr_values: values }), ['urn:example:gold'])
    assert.deepEqual(foreignAcrValuesOf({}), [])
  })
})
