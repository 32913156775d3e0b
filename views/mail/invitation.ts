import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent, type MailFrame } from './mail-layout.ts'

export type InvitationMailProps = MailFrame & {
  readonly link: string
  /** Seconds the link is good for. */
  readonly lifetime: number
}

export function invitationMail({
  locale,
  tenant,
  link,
  lifetime,
}: InvitationMailProps): MailContent {
  const { duration, text } = messagesFor(locale)
  const title = text('mail.invitation.title', { tenant: tenant.name })
  return composeMail({
    locale,
    tenant,
    subject: title,
    title,
    paragraphs: [
      text('mail.invitation.what', { tenant: tenant.name, duration: duration(lifetime) }),
    ],
    button: { label: text('mail.invitation.open'), url: link },
    after: text('mail.invitation.not_you'),
    because: 'address',
  })
}
