import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { factorNewsMail, type FactorNews } from './factor-news.ts'

const reviewUrl = 'https://login.acme.test/account/two-step'

function mailOf(news: FactorNews, locale: 'en' | 'de' = 'en', name = 'Acme') {
  return factorNewsMail({
    locale,
    tenant: { name, supportEmail: 'it@acme.test' },
    at: new Date('2026-11-03T14:02:00Z'),
    ip: '203.0.113.7',
    reference: '7K3F-9QZD',
    news,
    reviewUrl,
  })
}

const all: readonly (readonly [news: FactorNews, en: RegExp, de: RegExp])[] = [
  [{ kind: 'totp_added' }, /app was added/, /hinzugefügt/],
  [{ kind: 'totp_replaced' }, /app was replaced/, /ersetzt/],
  [{ kind: 'totp_removed' }, /app was turned off/, /abgeschaltet/],
  [{ kind: 'totp_locked' }, /app was blocked/, /gesperrt/],
  [{ kind: 'factors_reset' }, /An administrator removed/, /Administration hat/],
  [{ kind: 'recovery_codes_made' }, /new recovery codes/, /neue Wiederherstellungscodes/],
  [{ kind: 'recovery_code_locked' }, /codes were blocked/, /gesperrt/],
  [{ kind: 'recovery_code_used', left: 9 }, /9 codes are left/, /9 Codes sind übrig/],
  [{ kind: 'recovery_code_used', left: 1 }, /1 code is left/, /1 Code ist übrig/],
  [{ kind: 'recovery_codes_few', left: 3 }, /Only 3 recovery codes/, /nur noch 3/],
]

describe('the mails about second factors (ASVS 6.3.7)', () => {
  for (const [news, en, de] of all) {
    it(`say what became of it: ${Object.values(news).join(' ')}`, () => {
      for (const [locale, words] of [
        ['en', en],
        ['de', de],
      ] as const) {
        const mail = mailOf(news, locale)
        assert.match(mail.text, words)
        for (const fact of ['Acme', '203.0.113.7', '14:02 UTC', '7K3F-9QZD', reviewUrl]) {
          assert.ok(mail.text.includes(fact), `text: ${fact}`)
          assert.ok(mail.html.includes(fact), `html: ${fact}`)
        }
        assert.doesNotMatch(mail.text + mail.html, /undefined|\{\w+\}/)
        assert.doesNotMatch(mail.html, /<img|<link|<script|url\(|@import|src=/)
      }
    })
  }

  it('escape a name, and keep it from adding a header', () => {
    const mail = mailOf({ kind: 'totp_added' }, 'en', '<script>x</script>\r\nBcc: a@b.test')
    assert.doesNotMatch(mail.html, /<script/)
    assert.doesNotMatch(mail.subject, /[\r\n]/)
  })
})
