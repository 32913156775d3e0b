import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNothing, mergeConsent, missingConsent } from './consent.ts'
import type { ConsentRequest } from './consent.ts'

const api = 'https://api.example.test'
const other = 'https://other.example.test'

function asks(
  scopes: readonly string[] = [],
  claims: readonly string[] = [],
  resources: ConsentRequest['resources'] = {},
): ConsentRequest {
  return { scopes, claims, resources }
}

const nothing = asks()

describe('what is still to be asked (Q9)', () => {
  const table: readonly {
    readonly when: string
    readonly request: ConsentRequest
    readonly given: ConsentRequest | undefined
    readonly missing: ConsentRequest
  }[] = [
    {
      when: 'nothing was ever allowed: everything',
      request: asks(['openid', 'email'], ['picture'], { [api]: ['read'] }),
      given: undefined,
      missing: asks(['openid', 'email'], ['picture'], { [api]: ['read'] }),
    },
    {
      when: 'the same was allowed: nothing',
      request: asks(['openid', 'email'], ['picture'], { [api]: ['read'] }),
      given: asks(['email', 'openid'], ['picture'], { [api]: ['read'] }),
      missing: nothing,
    },
    {
      when: 'more was allowed: nothing',
      request: asks(['openid'], [], { [api]: ['read'] }),
      given: asks(['openid', 'email'], ['picture'], {
        [api]: ['read', 'write'],
        [other]: ['read'],
      }),
      missing: nothing,
    },
    {
      when: 'a scope is new: only that one',
      request: asks(['openid', 'email', 'groups']),
      given: asks(['openid', 'email']),
      missing: asks(['groups']),
    },
    {
      when: 'a claim is new',
      request: asks(['openid'], ['picture', 'email']),
      given: asks(['openid'], ['picture']),
      missing: asks([], ['email']),
    },
    {
      when: 'a scope of one resource was allowed at another: it is asked again',
      request: asks([], [], { [api]: ['write'], [other]: ['read'] }),
      given: asks([], [], { [api]: ['read'], [other]: ['read', 'write'] }),
      missing: asks([], [], { [api]: ['write'] }),
    },
    {
      when: 'a resource scope has the name of an allowed scope: it is asked',
      request: asks([], [], { [api]: ['email'] }),
      given: asks(['email'], ['email']),
      missing: asks([], [], { [api]: ['email'] }),
    },
    {
      when: 'a scope has the name of an allowed claim: it is asked',
      request: asks(['email']),
      given: asks([], ['email']),
      missing: asks(['email']),
    },
    {
      when: 'a resource without scopes: nothing',
      request: asks([], [], { [api]: [] }),
      given: undefined,
      missing: nothing,
    },
    {
      when: 'nothing is asked',
      request: nothing,
      given: undefined,
      missing: nothing,
    },
  ]
  for (const { when, request, given, missing } of table)
    it(when, () => {
      assert.deepEqual(missingConsent(request, given), missing)
      assert.equal(isNothing(missingConsent(request, given)), isNothing(missing))
    })
})

describe('adding to what was allowed', () => {
  const before = asks(['openid'], ['picture'], { [api]: ['read'] })

  it('keeps the old and says nothing twice', () => {
    const added = asks(['email', 'openid'], ['picture'], {
      [api]: ['write', 'read'],
      [other]: ['x'],
    })
    assert.deepEqual(
      mergeConsent(before, added),
      asks(['openid', 'email'], ['picture'], { [api]: ['read', 'write'], [other]: ['x'] }),
    )
  })

  it('begins with nothing', () => {
    assert.deepEqual(mergeConsent(undefined, before), before)
  })

  it('leaves nothing to ask for what was added, whatever came before', () => {
    const added = asks(['groups'], ['email'], { [other]: ['read'] })
    for (const earlier of [undefined, before, added])
      assert.ok(isNothing(missingConsent(added, mergeConsent(earlier, added))))
  })

  it('changes neither of the two', () => {
    const earlier = structuredClone(before)
    mergeConsent(before, asks(['email'], [], { [api]: ['write'] }))
    assert.deepEqual(before, earlier)
  })
})

describe('nothing', () => {
  it('is no scope, no claim and no resource', () => {
    assert.ok(isNothing(nothing))
    for (const request of [asks(['openid']), asks([], ['email']), asks([], [], { [api]: ['x'] })])
      assert.ok(!isNothing(request))
  })
})
