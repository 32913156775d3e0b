import { messagesFor } from '../messages.ts'
import { composeMail, groupedCode, type MailContent, type MailFrame } from './mail-layout.ts'

export type EmailChangeCodeProps = MailFrame & {
  /** Six digits; undefined where the address has an account already. */
  readonly code: string | undefined
  /** Seconds the code is good for. */
  readonly lifetime: number
}

export function emailChangeCodeMail(props: EmailChangeCodeProps): MailContent {
  return props.code === undefined ? taken(props) : free(props, props.code)
}

function free({ locale, tenant, lifetime }: EmailChangeCodeProps, digits: string): MailContent {
  const { duration, text } = messagesFor(locale)
  const code = groupedCode(digits)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.code_subject', { code, tenant: tenant.name }),
    title: text('mail.email_code.title'),
    paragraphs: [
      text('mail.email_code.what', { tenant: tenant.name, duration: duration(lifetime) }),
      text('mail.email_code.not_you'),
    ],
    facts: [{ label: text('mail.code'), value: code }],
  })
}

function taken({ locale, tenant }: MailFrame): MailContent {
  const { text } = messagesFor(locale)
  const title = text('mail.email_taken.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text('mail.email_taken.what', { tenant: tenant.name })],
    facts: [],
  })
}
