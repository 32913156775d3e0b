import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** What became of the password of an account. */
export type PasswordChangedProps = SecurityNotice & {
  readonly how: 'changed' | 'reset' | 'set' | 'removed'
  /** Where somebody else's change is answered. */
  readonly resetUrl: string
}

export function passwordChangedMail(props: PasswordChangedProps): MailContent {
  const { how, locale, tenant, resetUrl } = props
  const { text } = messagesFor(locale)
  const title = text(`mail.password_${how}.title`)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text(`mail.password_${how}.what`, { tenant: tenant.name }),
      text('mail.password.not_you'),
    ],
    facts: factsOf(props),
    button: { label: text('mail.password.reset'), url: resetUrl },
  })
}
