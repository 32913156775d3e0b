import { messagesFor } from '../messages.ts'
import { composeMail, groupedCode, type MailContent, type MailFrame } from './mail-layout.ts'

export type RegisterMailProps = MailFrame & {
  /** The address has an account already, and the mail says so instead. */
  readonly isTaken: boolean
  /** Six digits. */
  readonly code: string
  readonly link: string
  /** Seconds code and link are good for. */
  readonly lifetime: number
  readonly issuer: string
}

export function registerMail(props: RegisterMailProps): MailContent {
  const { locale, tenant, code, link, lifetime, issuer } = props
  if (props.isTaken) return taken(props)
  const { duration, text } = messagesFor(locale)
  const mail = composeMail({
    locale,
    tenant,
    subject: text('mail.code_subject', { code: groupedCode(code), tenant: tenant.name }),
    title: text('mail.register.title', { tenant: tenant.name }),
    paragraphs: [
      text('mail.register.what', { duration: duration(lifetime) }),
      text('mail.register.not_you'),
    ],
    facts: [{ label: text('mail.code'), value: groupedCode(code) }],
    button: { label: text('mail.register.open'), url: link },
  })
  return { ...mail, text: `${mail.text}\n@${new URL(issuer).hostname} #${code}\n` }
}

function taken({ locale, tenant }: MailFrame): MailContent {
  const { text } = messagesFor(locale)
  const title = text('mail.register_taken.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text('mail.register_taken.what', { tenant: tenant.name })],
    facts: [],
  })
}
