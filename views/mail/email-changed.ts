import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** To the address an account had until now. */
export type EmailChangedProps = SecurityNotice & {
  /** The address it has now. */
  readonly email: string
  /** Opens the page where it is undone; good for `lifetime` seconds. */
  readonly undoUrl: string
  readonly lifetime: number
}

export function emailChangedMail(props: EmailChangedProps): MailContent {
  const { email, lifetime, locale, tenant, undoUrl } = props
  const { duration, text } = messagesFor(locale)
  const title = text('mail.email_changed.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text('mail.email_changed.what', { tenant: tenant.name, email }),
      text('mail.email_changed.not_you', { duration: duration(lifetime) }),
    ],
    facts: factsOf(props),
    button: { label: text('mail.email_changed.undo'), url: undoUrl },
  })
}
