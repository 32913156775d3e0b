import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refreshTokenReusedMail, type RefreshTokenReusedProps } from './refresh-token-reused.ts'

const props: RefreshTokenReusedProps = {
  locale: 'en',
  tenant: { name: 'Acme', supportEmail: 'it@acme.test' },
  clientName: 'Payroll',
  at: new Date('2026-11-03T14:02:00Z'),
  ip: '203.0.113.7',
  accountUrl: 'https://login.acme.test/account',
  reference: '7K3F-9QZD',
}

describe('the mail about a refresh token used again (RFC 9700 §4.14.2)', () => {
  it('says the same in both forms', () => {
    const mail = refreshTokenReusedMail(props)
    assert.equal(mail.subject, 'Security notice for your Acme account: Payroll')
    for (const fact of [
      'Payroll',
      '3 November 2026 at 14:02 UTC',
      '203.0.113.7',
      '7K3F-9QZD',
      'https://login.acme.test/account',
    ]) {
      assert.ok(mail.text.includes(fact), `text: ${fact}`)
      assert.ok(mail.html.includes(fact), `html: ${fact}`)
    }
  })

  it('fetches nothing from anywhere', () => {
    assert.doesNotMatch(refreshTokenReusedMail(props).html, /<img|<link|<script|url\(|@import|src=/)
  })

  it('speaks German', () => {
    const mail = refreshTokenReusedMail({ ...props, locale: 'de' })
    assert.match(mail.html, /<html lang="de" dir="ltr">/)
    assert.match(mail.subject, /^Sicherheitshinweis/)
  })

  it('escapes an application’s name, and keeps it from adding a header', () => {
    const mail = refreshTokenReusedMail({
      ...props,
      clientName: '<script>x</script>\r\nBcc: a@b.test',
    })
    assert.doesNotMatch(mail.html, /<script/)
    assert.doesNotMatch(mail.subject, /[\r\n]/)
  })

  it('leaves out what is not known', () => {
    const mail = refreshTokenReusedMail({ ...props, ip: undefined, accountUrl: undefined })
    assert.doesNotMatch(mail.text + mail.html, /undefined|IP address|Open My account/)
  })

  it('never links to anything but http, https and mailto', () => {
    const mail = refreshTokenReusedMail({ ...props, accountUrl: 'javascript:alert(1)' })
    assert.doesNotMatch(mail.text + mail.html, /javascript:/)
  })
})
