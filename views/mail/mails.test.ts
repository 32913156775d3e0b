import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { codeMail } from './code-mail.ts'
import { connectedMail } from './connected.ts'
import { connectionNewsMail } from './connection-news.ts'
import { emailChangeUndoneMail } from './email-change-undone.ts'
import { emailChangedMail } from './email-changed.ts'
import type { MailContent } from './mail-layout.ts'
import { passwordChangedMail } from './password-changed.ts'
import { signInRefusedMail } from './sign-in-refused.ts'

type Name = 'Acme' | '<script>x</script>\r\nBcc: a@b.test'

const url = 'https://login.acme.test/recover'

const purposes = ['sign_in', 'register', 'reset_password', 'change_email'] as const

/** Every mail about codes, passwords and addresses, in every state, with what it has to say. */
function mails(locale: 'en' | 'de', name: Name = 'Acme') {
  const frame = { locale, tenant: { name, supportEmail: 'it@acme.test' } }
  const at = new Date('2026-11-03T14:02:00Z')
  const notice = { ...frame, at, ip: '203.0.113.7', reference: '7K3F-9QZD' }
  const facts = ['203.0.113.7', '7K3F-9QZD', '14:02 UTC']
  const code = { ...frame, code: '483920', lifetime: 600, issuer: 'https://login.acme.test' }
  const hows = ['changed', 'reset', 'set', 'removed'] as const
  return [
    ...hows.map((how) => ({
      name: `password ${how}`,
      mail: passwordChangedMail({ ...notice, how, resetUrl: url }),
      says: [...facts, url],
    })),
    ...(['linked', 'unlinked', 'taken_over'] as const).map((what) => ({
      name: `connected account ${what}`,
      mail: connectedMail({ ...notice, what, connection: name, manageUrl: url }),
      says: [...facts, url],
    })),
    ...[...purposes, 'verify_email' as const].map((purpose) => ({
      name: `code to ${purpose}`,
      mail: codeMail({ ...code, purpose, isDecoy: false, link: url }),
      says: ['483 920', '10 ', url],
    })),
    ...(['step_up', 'foreign_email'] as const).map((purpose) => ({
      name: `code to ${purpose}`,
      mail: codeMail({ ...code, purpose, isDecoy: false }),
      says: ['483 920', '10 '],
    })),
    ...purposes.map((purpose) => ({
      name: `no code to ${purpose}`,
      mail: codeMail({ ...code, purpose, isDecoy: true, link: url }),
      says: [],
    })),
    {
      name: 'sign-in refused',
      mail: signInRefusedMail({
        ...notice,
        browser: 'Firefox',
        city: 'Vienna',
        country: 'AT',
        resetUrl: url,
      }),
      says: [...facts, 'Firefox', 'Vienna, ', url],
    },
    ...(
      [
        { what: 'glass_broken', who: 'ada@acme.test', ip: '203.0.113.7' },
        { what: 'domain_missing', domain: 'acme.test', until: at },
        { what: 'domain_lost', domain: 'acme.test' },
        { what: 'certificate_ending', fingerprint: '0badcafe', until: at },
        { what: 'certificate_over', fingerprint: '0badcafe', until: at },
      ] as const
    ).map((news) => ({
      name: `news of a connection: ${news.what}`,
      mail: connectionNewsMail({
        ...frame,
        news,
        connection: 'acme-saml',
        at,
        reference: '7K3F-9QZD',
      }),
      says: [
        'acme-saml',
        '7K3F-9QZD',
        ...Object.entries(news).flatMap(([field, said]) =>
          typeof said === 'string' && field !== 'what' ? [said] : [],
        ),
      ],
    })),
    {
      name: 'email changed',
      mail: emailChangedMail({
        ...notice,
        email: 'ada@new.test',
        undoUrl: `${url}/undo/t`,
        lifetime: 86_400,
      }),
      says: [...facts, 'ada@new.test', `${url}/undo/t`, '24 '],
    },
    {
      name: 'change undone',
      mail: emailChangeUndoneMail({ ...notice, email: 'ada@example.test', resetUrl: url }),
      says: [...facts, 'ada@example.test', url],
    },
  ] satisfies { name: string; mail: MailContent; says: string[] }[]
}

describe('the mails about codes, passwords and addresses', () => {
  for (const locale of ['en', 'de'] as const) {
    for (const { name, mail, says } of mails(locale)) {
      it(`${name} says the same in both forms, in ${locale}`, () => {
        for (const fact of [...says, 'Acme']) {
          assert.ok(mail.text.includes(fact), `text: ${fact}`)
          assert.ok(mail.html.includes(fact), `html: ${fact}`)
        }
        assert.match(mail.subject, /Acme/)
        assert.match(mail.html, new RegExp(`<html lang="${locale}" dir="ltr">`))
        assert.doesNotMatch(mail.text + mail.html, /undefined|\{\w+\}/)
      })

      it(`${name} fetches nothing from anywhere, in ${locale}`, () => {
        assert.doesNotMatch(mail.html, /<img|<link|<script|url\(|@import|src=/)
      })
    }
  }

  it('has the code in the subject of exactly those that carry one', () => {
    const withCode = mails('en').filter(({ mail }) => /\d{3} \d{3}/.test(mail.subject))
    assert.deepEqual(
      withCode.map(({ name }) => name),
      [...purposes, 'verify_email', 'step_up', 'foreign_email'].map(
        (purpose) => `code to ${purpose}`,
      ),
    )
  })

  it('holds no digits that could be taken for a code where there is none (Q73)', () => {
    for (const { name, mail } of mails('en')) {
      if (!name.startsWith('no code')) continue
      assert.doesNotMatch(mail.text + mail.html.replace(/<style>.*<\/style>/s, ''), /\d{3}|recover/)
    }
  })

  it('ends with the code bound to our host, where there is one (WICG origin-bound codes)', () => {
    for (const { name, mail } of mails('en')) {
      const isBound = mail.text.endsWith('\n@login.acme.test #483920\n')
      assert.equal(isBound, name.startsWith('code to'), name)
    }
  })

  it('escapes a name, and keeps it from adding a header', () => {
    for (const { mail } of mails('en', '<script>x</script>\r\nBcc: a@b.test')) {
      assert.doesNotMatch(mail.html, /<script/)
      assert.doesNotMatch(mail.subject, /[\r\n]/)
    }
  })
})
