import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkProfile, typedProfile } from './profile.ts'

const check = (fields: Readonly<Record<string, string>>) =>
  checkProfile(typedProfile(new Map(Object.entries(fields))))

describe('the profile a person types (OIDC Core §5.1)', () => {
  it('is kept as it was written, without the space around it and without what is empty', () => {
    const profile = {
      name: 'Ada "the first" Lovelace',
      given_name: 'Ада',
      picture: 'https://ada.example.test/me.png?size=1',
      locale: 'de-AT',
      zoneinfo: 'Europe/Vienna',
    }
    assert.deepEqual(check({ ...profile, name: `  ${profile.name} `, family_name: ' ' }), {
      outcome: 'valid',
      profile,
    })
  })

  it('holds nothing the form does not have: roles, groups, user name, email (Q80)', () => {
    const checked = check({ name: 'Ada', roles: 'admin', preferred_username: 'root', email: 'x' })
    assert.deepEqual(checked, { outcome: 'valid', profile: { name: 'Ada' } })
  })

  for (const [field, problem, values] of [
    ['name', 'text', ['x'.repeat(201), 'Ada\u202eecalevoL', 'Ada\u200f']],
    [
      'picture',
      'url',
      [
        'http://ada.example.test/me.png',
        'javascript:alert(1)',
        'data:image/png,x',
        'me.png',
        'https://ada:secret@example.test/',
        `https://example.test/${'x'.repeat(2048)}`,
      ],
    ],
    ['locale', 'locale', ['klingon!', 'x', 'de_AT', 'a'.repeat(100)]],
    ['zoneinfo', 'zone', ['Moon/Tranquility', '+01:00', '../etc/passwd', 'x'.repeat(100)]],
  ] as const) {
    for (const value of values) {
      it(`refuses ${JSON.stringify(value.slice(0, 40))} as ${field}`, () => {
        const checked = check({ name: 'Ada', [field]: value })
        assert.deepEqual(checked, { outcome: 'invalid', problems: { [field]: problem } })
      })
    }
  }
})
