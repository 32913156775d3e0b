import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { accountLeavingMail, type AccountLeavingProps } from './account-leaving.ts'

const props: AccountLeavingProps = {
  locale: 'en',
  tenant: { name: 'Acme', supportEmail: 'it@acme.test' },
  at: new Date('2026-11-03T14:02:00Z'),
  leavesAt: new Date('2026-11-17T14:02:00Z'),
  accountUrl: 'https://login.acme.test/account',
  reference: '7K3F-9QZD',
}

describe('the mail about an account that ends (GDPR Art. 17)', () => {
  it('says when, and how to take it back, in both forms', () => {
    const mail = accountLeavingMail(props)
    assert.equal(mail.subject, 'Your Acme account will be deleted')
    for (const fact of ['17 November 2026', '7K3F-9QZD', 'https://login.acme.test/account']) {
      assert.ok(mail.text.includes(fact), `text: ${fact}`)
      assert.ok(mail.html.includes(fact), `html: ${fact}`)
    }
  })

  it('speaks German', () => {
    const mail = accountLeavingMail({ ...props, locale: 'de' })
    assert.match(mail.html, /<html lang="de" dir="ltr">/)
    assert.match(mail.text, /Mein Konto behalten/)
  })
})
