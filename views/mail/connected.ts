import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** What somebody has elsewhere opens their account, or opens it no more. */
export type ConnectedMailProps = SecurityNotice & {
  /** `taken_over`: their organisation signs them in from now on, and what opened the account before is gone. */
  readonly what: 'linked' | 'unlinked' | 'taken_over'
  /** What people read on its button. */
  readonly connection: string
  /** Where somebody else's change is answered. */
  readonly manageUrl: string
}

export function connectedMail(props: ConnectedMailProps): MailContent {
  const { what, connection, locale, tenant, manageUrl } = props
  const { text } = messagesFor(locale)
  const title = text(`mail.connected_${what}.title`, { connection })
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text(`mail.connected_${what}.what`, { tenant: tenant.name, connection }),
      text('mail.connected.not_you'),
    ],
    facts: factsOf(props),
    button: { label: text('mail.connected.manage'), url: manageUrl },
  })
}
