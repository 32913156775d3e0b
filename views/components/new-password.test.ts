import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { messagesFor } from '../messages.ts'
import { newPasswordField, type NewPasswordError } from './new-password.ts'

const reasons: readonly (readonly [NewPasswordError, en: RegExp, de: RegExp])[] = [
  ['required', /Choose a password/, /Wählen Sie ein Passwort/],
  ['malformed', /a character we can’t keep/, /ein Zeichen, das wir nicht speichern/],
  ['too_long', /too long\. Use at most 256/, /zu lang\. Nehmen Sie höchstens 256/],
  ['too_short', /too short\./, /zu kurz\./],
  ['common', /Many people choose that/, /wählen viele/],
  ['context', /made of your name/, /besteht aus Ihrem Namen/],
  ['breached', /known from a data breach/, /aus einem Datenleck bekannt/],
]

const fieldIn = (locale: 'en' | 'de', error?: NewPasswordError) =>
  String(newPasswordField({ minLength: 12, error }, messagesFor(locale)))

describe('a new password', () => {
  for (const [error, en, de] of reasons) {
    it(`that is refused as ${error} says why, in each language (Q28)`, () => {
      const made = fieldIn('en', error)
      assert.match(made, en)
      assert.match(made, /aria-invalid="true"/)
      assert.match(made, /aria-describedby="new_password-error new_password-hint"/)
      assert.match(fieldIn('de', error), de)
    })
  }

  it('tells its rule before anything was wrong, and is offered by password managers (Q29)', () => {
    const made = fieldIn('en')
    assert.match(made, /At least 12 characters\./)
    assert.match(made, /aria-describedby="new_password-hint"/)
    assert.match(made, /autocomplete="new-password"/)
    assert.doesNotMatch(made, /aria-invalid|value=/)
  })
})
