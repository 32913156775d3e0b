import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exampleAccount } from '#account/store.contract.ts'
import { brandId, type TenantId } from '#kit/ids.ts'
import { tenantSettings, type Tenant } from '#tenant/tenant.ts'
import {
  canBePassword,
  contextWords,
  normalizePassword,
  passwordProblem,
  type PasswordProblem,
} from './password.ts'

const tenant: Tenant = {
  id: brandId<TenantId>('main'),
  slug: 'acme-corp',
  name: 'Acme Company',
  issuer: 'https://login.acme.test',
  status: 'active',
  settings: tenantSettings.parse({}),
  version: 1,
}

const account = exampleAccount(tenant.id)

function problem(password: string, minLength = 15): PasswordProblem | undefined {
  const context = contextWords(tenant, account)
  return passwordProblem(password, { minLength, context, isCommon: (it) => it === 'x'.repeat(20) })
}

describe('what may be a password', () => {
  const cases: readonly (readonly [string, string, PasswordProblem | undefined])[] = [
    ['15 characters are enough (Q26)', 'grumpy tea cups', undefined],
    ['14 are not (Q26)', 'grumpy tea cup', 'too_short'],
    ['code points count, not UTF-16 units (Q26)', '🦊🐢🦉🐝🦋🐌🐞🐜🦂🐍🦎🐙🦑🦐', 'too_short'],
    ['15 emoji are 15 characters (Q26)', '🦊🐢🦉🐝🦋🐌🐞🐜🦂🐍🦎🐙🦑🦐🦞', undefined],
    ['spaces count and are kept, also at the ends (Q27)', '  grumpy  tea  ', undefined],
    ['no kind of character is asked for (Q29)', 'correcthorsebatterystaple', undefined],
    ['256 characters are welcome (Q26)', 'ab7'.repeat(85) + 'q', undefined],
    ['257 are not (Q26)', 'ab7'.repeat(85) + 'qq', 'too_long'],
    ['256 of the longest, 1024 bytes, are welcome (Q26)', '🦊'.repeat(256), undefined],
    ['a megabyte is not (Q26)', 'ab7'.repeat(350_000), 'too_long'],
    ['a decomposed letter counts once, as NFC (Q27)', 'e\u0301'.repeat(14), 'too_short'],
    ['a NUL is refused (Q27)', 'grumpy tea cups\0', 'malformed'],
    ['an unpaired surrogate is refused (Q27)', 'grumpy tea cups\ud83d', 'malformed'],
    ['other control characters are welcome (Q27)', 'grumpy\ttea\ncups.', undefined],
    ['a common one is refused (Q28)', 'x'.repeat(20), 'common'],
    ['the address is refused (Q28)', 'ADA@example.test', 'context'],
    ['the name with a year is refused (Q28)', 'AdaLovelace1815!', 'context'],
    ['the tenant is refused (Q28)', 'acme company 2026!!', 'context'],
    ['the product is refused (Q28)', 'signet-SIGNET-signet', 'context'],
    ['the name among other words is welcome (Q28)', 'ada likes grumpy tea', undefined],
    ['digits alone are not made of any word (Q28)', '918273645546372819', undefined],
  ]
  for (const [name, password, expected] of cases) {
    test(name, () => assert.equal(problem(password), expected))
  }

  test('a tenant that enforces a second factor may ask for 8 (Q26)', () => {
    assert.equal(problem('tea cups', 8), undefined)
    assert.equal(problem('tea cup', 8), 'too_short')
  })
})

describe('what can be tried as a password', () => {
  test('anything that could have been set, and what an older rule let in', () => {
    for (const password of ['a', '  ', 'ADA@example.test', '🦊'.repeat(256)]) {
      assert.equal(canBePassword(password), true)
    }
  })

  test('nothing empty, too long to hash, or not Unicode (Q26, Q27)', () => {
    for (const password of ['', 'a'.repeat(257), 'a'.repeat(1_000_000), 'a\0', '\udfff']) {
      assert.equal(canBePassword(password), false)
    }
  })

  test('is the same in every way of writing its letters (Q27)', () => {
    assert.equal(normalizePassword('cafe\u0301'), normalizePassword('caf\u00e9'))
    assert.notEqual(normalizePassword('ﬁ'), normalizePassword('fi'))
    assert.notEqual(normalizePassword('A '), normalizePassword('A'))
  })
})
