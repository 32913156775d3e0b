import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId } from '#kit/random.ts'
import type { TenantId } from '#kit/ids.ts'
import { checkResource } from './resource.ts'

const tenantId = newId<TenantId>()
const identifier = 'https://api.example.test'

describe('a resource as it is written', () => {
  it('is a JWT audience of ten minutes unless it says otherwise (Q12)', () => {
    assert.deepEqual(checkResource({ identifier, scopes: ['read', 'read'] }, tenantId), {
      outcome: 'valid',
      resource: {
        tenantId,
        identifier,
        name: undefined,
        scopes: ['read'],
        introspectors: [],
        accessTokenFormat: 'jwt',
        accessTokenTtl: 600,
        minimumAcr: undefined,
      },
    })
  })

  it('may be any absolute URI, opaque tokens may live an hour', () => {
    const input = { identifier: 'urn:example:api', access_token_format: 'opaque' }
    const checked = checkResource({ ...input, access_token_ttl: 3600 }, tenantId)
    assert.equal(checked.outcome, 'valid')
  })

  const refused: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['RFC 8707 §2: no URI', { identifier: 'api' }, 'identifier'],
    ['RFC 8707 §2: a fragment', { identifier: `${identifier}/#a` }, 'identifier'],
    ['F11: NUL', { identifier: `${identifier}/\0` }, 'identifier'],
    [
      'Q12: a JWT that lives longer than ten minutes',
      { access_token_ttl: 601 },
      'access_token_ttl',
    ],
    [
      'Q12: an opaque token that lives longer than an hour',
      { access_token_format: 'opaque', access_token_ttl: 3601 },
      'access_token_ttl',
    ],
    ['a scope about the person', { scopes: ['openid'] }, 'scopes.0'],
    ['RFC 6749 §3.3: a scope with a quote', { scopes: ['a"b'] }, 'scopes.0'],
    ['an introspector that is no client', { introspectors: ['a b'] }, 'introspectors.0'],
    ['Q80: an unknown name', { tenant_id: 'x' }, ''],
  ]
  for (const [what, part, field] of refused)
    it(`is refused: ${what}`, () => {
      const checked = checkResource({ identifier, ...part }, tenantId)
      assert.equal(checked.outcome, 'invalid')
      assert.deepEqual(
        checked.outcome === 'invalid' && checked.problems.map((problem) => problem.field),
        [field],
      )
    })

  it('is refused whatever its type (Q92)', () => {
    for (const input of [undefined, null, 'text', [], {}])
      assert.equal(checkResource(input, tenantId).outcome, 'invalid')
  })
})
