import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ForeignIdentity } from '../federation.ts'
import { google, noRules, openIdentities } from '#test/support/identities.ts'
import { tenant } from '#test/support/password-login.ts'
import type { MappedField } from './identity.ts'
import { mapIdentity } from './mapping.ts'

const said = {
  email: 'Ada@Example.test',
  emailVerified: true,
  isMember: false,
  profile: { name: ' Ada ', preferred_username: 'root', picture: 'http://evil.test/a.png' },
  groups: ['staff'],
  attributes: new Map([
    ['displayName', ['Countess', 'second']],
    ['mail', ['boss@acme.test']],
    ['same', ['Ada@Example.test']],
    ['memberOf', ['a', 'b']],
    ['lang', ['not a locale!']],
    ['photo', ['https://acme.test/a.png']],
    ['long', ['x'.repeat(201)]],
    ['turned', ['eve\u202egnp.exe']],
  ]),
} satisfies Partial<ForeignIdentity>

const mapped = (mapping: Readonly<Record<string, MappedField>>) =>
  mapIdentity(said, { mapping: new Map(Object.entries(mapping)) })

describe('what is taken of what the other side said', () => {
  it('is the protocol’s own, as far as each is what its name says', () => {
    assert.deepEqual(mapped({}), {
      profile: { name: 'Ada' },
      email: {
        email: 'Ada@Example.test',
        emailCanonical: 'ada@example.test',
        domain: 'example.test',
        isVerified: true,
        isVouchedFor: false,
      },
      groups: ['staff'],
    })
  })

  it('is what the connection maps instead', () => {
    const { profile, groups } = mapped({
      displayName: 'name',
      memberOf: 'groups',
      photo: 'picture',
    })
    assert.deepEqual(profile, { name: 'Countess', picture: 'https://acme.test/a.png' })
    assert.deepEqual(groups, ['a', 'b'])
    assert.deepEqual(mapped({ lang: 'locale', long: 'name', turned: 'given_name' }).profile, {})
  })

  it('an address in another attribute is not the one that was verified (nOAuth)', () => {
    assert.equal(mapped({ mail: 'email' }).email?.emailCanonical, 'boss@acme.test')
    assert.equal(mapped({ mail: 'email' }).email?.isVerified, false)
    assert.equal(mapped({ same: 'email' }).email?.isVerified, true)
  })

  it('fills a profile at each sign-in, or only what is empty', async () => {
    for (const mappingMode of ['always', 'when_empty'] as const) {
      const { addAccount, link, admitted, rules, accounts } = await openIdentities()
      const ada = await addAccount('ada@example.test', {
        profile: { name: 'Countess', locale: '' },
      })
      await link(ada)
      rules.set(google.id, { ...noRules, mappingMode })
      await admitted({ profile: { name: 'Ada', locale: 'de' } })
      const name = mappingMode === 'always' ? 'Ada' : 'Countess'
      const { profile } = (await accounts.find(tenant.id, ada.id)) ?? {}
      assert.deepEqual(profile, { name, locale: 'de' })
      await admitted({ profile: {} })
      assert.deepEqual((await accounts.find(tenant.id, ada.id))?.profile, profile, 'nothing clears')
    }
  })
})
