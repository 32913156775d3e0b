import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newSignInMail } from './new-sign-in.ts'
import type { NewSignInProps } from './new-sign-in.ts'

const props: NewSignInProps = {
  locale: 'en',
  tenant: { name: 'Acme', supportEmail: 'it@acme.test' },
  at: new Date('2026-11-03T14:02:00Z'),
  ip: '203.0.113.7',
  browser: 'Firefox',
  system: 'Windows',
  city: 'Vienna',
  country: 'AT',
  accountUrl: 'https://login.acme.test/account/activity',
  reference: '7K3F-9QZD',
}

describe('the mail about a new device (Q91)', () => {
  it('says when, where, on what and what to do, the same in both forms', () => {
    const mail = newSignInMail(props)
    assert.equal(mail.subject, 'Acme: New sign-in to your account')
    const facts = ['Firefox, Windows', 'Vienna, Austria', '203.0.113.7', '14:02 UTC', '7K3F-9QZD']
    for (const fact of [...facts, props.accountUrl, 'change your password']) {
      assert.ok(mail.text.includes(fact), `text: ${fact}`)
      assert.ok(mail.html.includes(fact), `html: ${fact}`)
    }
    assert.doesNotMatch(mail.html, /<img|<link|<script|url\(|@import|src=/)
  })

  it('speaks German, also about the place', () => {
    const mail = newSignInMail({ ...props, locale: 'de' })
    assert.match(mail.html, /<html lang="de" dir="ltr">/)
    assert.match(mail.text, /Vienna, Österreich/)
    assert.match(mail.text, /^Neue Anmeldung bei Ihrem Konto/)
  })

  it('leaves out what is not known', () => {
    const { ip: _ip, browser: _b, system: _s, city: _c, country: _k, ...bare } = props
    const mail = newSignInMail(bare)
    assert.doesNotMatch(mail.text + mail.html, /undefined|IP address|Device|Place/)
  })

  it('escapes whatever it is told, and keeps it from adding a header', () => {
    const name = '<script>x</script>\r\nBcc: a@b.test'
    const mail = newSignInMail({ ...props, tenant: { name }, city: name, browser: name })
    assert.doesNotMatch(mail.html, /<script/)
    assert.doesNotMatch(mail.subject, /[\r\n]/)
  })
})
