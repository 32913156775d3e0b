import { messagesFor } from '../messages.ts'
import { composeMail, groupedCode, type MailContent, type MailFrame } from './mail-layout.ts'

export type PasswordResetCodeProps = MailFrame & {
  /** Six digits; undefined where this address has no account whose password can be reset. */
  readonly code: string | undefined
  /** Seconds the code is good for. */
  readonly lifetime: number
}

export function passwordResetCodeMail(props: PasswordResetCodeProps): MailContent {
  return props.code === undefined ? unknown(props) : known(props, props.code)
}

function known({ locale, tenant, lifetime }: PasswordResetCodeProps, digits: string): MailContent {
  const { duration, text } = messagesFor(locale)
  const code = groupedCode(digits)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.code_subject', { code, tenant: tenant.name }),
    title: text('mail.reset_code.title'),
    paragraphs: [
      text('mail.reset_code.what', { duration: duration(lifetime) }),
      text('mail.reset_code.not_you'),
    ],
    facts: [{ label: text('mail.code'), value: code }],
  })
}

function unknown({ locale, tenant }: MailFrame): MailContent {
  const { text } = messagesFor(locale)
  const title = text('mail.reset_unknown.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text('mail.reset_unknown.what', { tenant: tenant.name })],
    facts: [],
  })
}
