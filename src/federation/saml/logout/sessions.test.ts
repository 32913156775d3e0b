import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { brandId, type AccountId, type ConnectionId, type SessionUid } from '#kit/ids.ts'
import { createMemoryEphemeral } from '#storage/ephemeral/memory.ts'
import { createFakeClock } from '#test/support/fake-clock.ts'
import { tenant } from '#test/support/password-login.ts'
import { createMemorySamlSessionStore } from './memory.ts'
import { hintOf, type ForeignName } from './names.ts'
import { createSamlSessions } from './sessions.ts'

const name: ForeignName = {
  peer: 'https://idp.example',
  self: 'https://id.example/metadata',
  nameId: { value: 'ada-42', format: 'persistent', spNameQualifier: 'https://id.example/metadata' },
}
const place = { tenantId: tenant.id, connectionId: brandId<ConnectionId>('acme') }
const ada = brandId<AccountId>('ada')
const uidOf = (text: string) => brandId<SessionUid>(text)

describe('sessions that came by SAML', () => {
  function open() {
    const ephemeral = createMemoryEphemeral({ clock: createFakeClock() })
    const sessions = createSamlSessions({ store: createMemorySamlSessionStore(), ephemeral })
    const remember = (uid: string, index: string | undefined, at = 1000, of = name) =>
      sessions.remember({
        tenantId: place.tenantId,
        uid: uidOf(uid),
        accountId: ada,
        via: place.connectionId,
        foreign: { hint: hintOf(of), index, at },
      })
    async function named(changed: Partial<Parameters<typeof sessions.named>[0]> = {}) {
      const found = await sessions.named({
        ...place,
        name,
        sessionIndexes: [],
        at: 2000,
        ...changed,
      })
      return found.map(({ sessionUid }) => sessionUid).toSorted()
    }
    return { remember, named }
  }

  it('are found by their index, and all of them by none (SAML Core §3.7.3.1)', async () => {
    const { remember, named } = open()
    await remember('one', '_1')
    await remember('two', '_2')
    await remember('bare', undefined)
    assert.deepEqual(await named({ sessionIndexes: ['_2', '_9'] }), ['two'])
    assert.deepEqual(await named({ sessionIndexes: [''] }), [], 'one without an index has no index')
    assert.deepEqual(await named(), ['bare', 'one', 'two'])
  })

  const { nameId } = name
  const others: readonly (readonly [string, Partial<ForeignName>])[] = [
    ['of another name', { nameId: { ...nameId, value: 'ada-43' } }],
    ['of another format', { nameId: { ...nameId, format: 'transient' } }],
    ['without its format', { nameId: { ...nameId, format: undefined } }],
    ['of another qualifier', { nameId: { ...nameId, nameQualifier: 'https://other.example' } }],
    ['of another SP qualifier', { nameId: { ...nameId, spNameQualifier: 'https://sp.example' } }],
    ['of another peer', { peer: 'https://other.example' }],
  ]
  for (const [what, changed] of others)
    it(`are not found by an index ${what}: the index of somebody else ends nothing`, async () => {
      const { remember, named } = open()
      await remember('one', '_1')
      assert.deepEqual(await named({ name: { ...name, ...changed }, sessionIndexes: ['_1'] }), [])
      assert.deepEqual(await named({ name: { ...name, ...changed } }), [])
    })

  it('are found where qualifiers are left out that mean the two of us (SAML Core §8.3.7)', async () => {
    const { remember, named } = open()
    await remember('one', '_1')
    const bare = { value: 'ada-42', format: 'persistent' }
    const whole = { ...bare, nameQualifier: name.peer, spNameQualifier: name.self }
    for (const same of [bare, whole])
      assert.deepEqual(await named({ name: { ...name, nameId: same } }), ['one'])
  })

  it('do not come to be once they were ended over there (SAML Core §3.7.3.1)', async () => {
    const { remember, named } = open()
    const over = { code: 'federation.session_over', status: 403 }
    await named({ sessionIndexes: ['_1'] })
    await assert.rejects(remember('late', '_1'), over)
    await remember('another', '_2')
    await named({ at: 2000 })
    await assert.rejects(remember('late', '_3', 1999), over)
    await remember('anew', '_4', 2000)
    const bob = { ...name, nameId: { ...nameId, value: 'bob' } }
    await remember('bob', '_1', 1000, bob)
  })

  it('come to be again after a sign-in there since, whose index may be the same one (SAML Core §2.7.2)', async () => {
    const { remember, named } = open()
    await named({ sessionIndexes: ['1'], at: 2000 })
    await assert.rejects(remember('of that moment', '1', 2000))
    await remember('anew', '1', 2001)
  })
})
