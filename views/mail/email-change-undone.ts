import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

export type EmailChangeUndoneProps = SecurityNotice & {
  /** The address the account has again. */
  readonly email: string
  readonly resetUrl: string
}

export function emailChangeUndoneMail(props: EmailChangeUndoneProps): MailContent {
  const { email, locale, tenant, resetUrl } = props
  const { text } = messagesFor(locale)
  const title = text('mail.email_undone.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text('mail.email_undone.what', { tenant: tenant.name, email }),
      text('mail.email_undone.do'),
    ],
    facts: factsOf(props),
    button: { label: text('mail.password.reset'), url: resetUrl },
  })
}
