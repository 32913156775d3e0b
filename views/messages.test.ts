import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { html } from './html.ts'
import { isLanguage, messagesFor, pickLocale, type LocaleWishes } from './messages.ts'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { accented, mirrored } from './messages/pseudo.ts'

const sentences = (message: unknown): string[] =>
  typeof message === 'string' ? [message] : Object.values(message as Record<string, string>)

const names = (sentence: string) =>
  [...sentence.matchAll(/\{(\w+)\}|\]\((\w+)\)/g)].map((match) => match[1] ?? match[2] ?? '').sort()

describe('catalogues', () => {
  for (const [language, catalogue] of Object.entries({ de, xa: accented(en), xb: mirrored(en) })) {
    it(`${language} has every key of English, no other, and the same placeholders`, () => {
      assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort())
      for (const [key, message] of Object.entries(en)) {
        const [wanted = ''] = sentences(message).slice(-1)
        const translated = Object.entries(catalogue).find(([other]) => other === key)?.[1]
        for (const sentence of sentences(translated)) {
          assert.deepEqual([...new Set(names(sentence))], [...new Set(names(wanted))], key)
          assert.notEqual(sentence.trim(), '')
        }
      }
    })
  }

  it('never says "log in" or "authenticate"', () => {
    for (const message of Object.values(en)) {
      assert.doesNotMatch(sentences(message).join(' '), /\blog ?in\b|authenticat(?!or app)|oops/i)
    }
  })
})

describe('messagesFor', () => {
  it('isolates the names in a sentence and escapes them', () => {
    const made = messagesFor('en').t('consent.title', { client: '<b>', tenant: 'Acme' })
    assert.equal(String(made), '<bdi>&lt;b&gt;</bdi> wants to use your <bdi>Acme</bdi> account')
  })

  it('hands linked words to their wrapper', () => {
    const made = messagesFor('en').t('register.agree_terms', {
      terms: (words) => html`<a>${words}</a>`,
    })
    assert.equal(String(made), 'I agree to the <a>terms</a>.')
  })

  it('does not read a value as a message', () => {
    const made = messagesFor('en').t('scope.other', { scope: '{scope}[x](y)' })
    assert.equal(String(made), 'use “<bdi>{scope}[x](y)</bdi>”')
  })

  it('chooses the plural', () => {
    const { t } = messagesFor('en')
    const said = (count: number) => String(t('signed_out.told', { done: html`${1}`, count }))
    assert.equal(said(1), 'Signed out of 1 of 1 app.')
    assert.equal(said(5), 'Signed out of 1 of 5 apps.')
  })

  it('keeps a right-to-left name from turning a title', () => {
    const { text } = messagesFor('en')
    assert.equal(text('logout.title', { tenant: 'Acme' }), 'Sign out of Acme on this browser?')
    assert.equal(
      text('logout.title', { tenant: 'אקמי' }),
      'Sign out of \u2068אקמי\u2069 on this browser?',
    )
  })

  it('says durations in whole units, never less than is left', () => {
    const { duration } = messagesFor('en')
    assert.deepEqual([0, 1, 45, 60, 61, 120, 3600, 4000, 172_800, 172_801].map(duration), [
      '1 second',
      '1 second',
      '45 seconds',
      '1 minute',
      '2 minutes',
      '2 minutes',
      '1 hour',
      '2 hours',
      '48 hours',
      '3 days',
    ])
    assert.equal(messagesFor('de').duration(120), '2 Minuten')
  })

  it('knows the direction', () => {
    assert.equal(messagesFor('de').dir, 'ltr')
    assert.equal(messagesFor('ar-XB').dir, 'rtl')
  })

  it('says instants in UTC', () => {
    const at = new Date('2026-11-03T14:02:00Z')
    assert.equal(messagesFor('en').instant(at), '3 November 2026 at 14:02 UTC')
  })
})

describe('pickLocale (Q93)', () => {
  const pick = (wishes: Partial<LocaleWishes>) => pickLocale({ fallback: 'en', ...wishes })

  it('prefers ui_locales, then the cookie, then Accept-Language, then the tenant', () => {
    assert.equal(pick({ uiLocales: 'fr de-AT en', cookie: 'en', acceptLanguage: 'en' }), 'de')
    assert.equal(pick({ uiLocales: 'fr', cookie: 'de', acceptLanguage: 'en' }), 'de')
    assert.equal(pick({ acceptLanguage: 'de-CH' }), 'de')
    assert.equal(pick({ acceptLanguage: 'fr', fallback: 'de' }), 'de')
    assert.equal(pick({}), 'en')
  })

  it('reads the qualities of Accept-Language (RFC 9110 §12.5.4)', () => {
    assert.equal(pick({ acceptLanguage: 'en;q=0.2, de;q=0.9' }), 'de')
    assert.equal(pick({ acceptLanguage: 'de;q=0, fr' }), 'en')
    assert.equal(pick({ acceptLanguage: 'fr, DE ; q=0.1' }), 'de')
  })

  it('falls back for anything that is no tag of ours', () => {
    const odd = [
      '*',
      '',
      ';;;,,,q=',
      'deutsch',
      'e',
      'en_US\u0000',
      'x'.repeat(100_000),
      'ar-XB',
      'en-XA'.repeat(9),
    ]
    for (const acceptLanguage of odd)
      assert.equal(pick({ acceptLanguage, uiLocales: acceptLanguage }), 'en')
  })

  it('reads ten wishes at most', () => {
    assert.equal(pick({ uiLocales: `${'fr '.repeat(10)}de` }), 'en')
    assert.equal(pick({ acceptLanguage: `${'fr,'.repeat(10)}de` }), 'en')
  })

  it('never gives out a pseudo-locale', () => {
    assert.equal(isLanguage('en-XA'), false)
    assert.equal(isLanguage('de'), true)
  })
})
