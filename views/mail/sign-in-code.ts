import { messagesFor } from '../messages.ts'
import { composeMail, groupedCode, type MailContent, type MailFrame } from './mail-layout.ts'

export type SignInCodeProps = MailFrame & {
  /** False: nobody can sign in with this address, and the mail says so instead. */
  readonly known: boolean
  /** Six digits. */
  readonly code: string
  readonly link: string
  /** Seconds code and link are good for. */
  readonly lifetime: number
  readonly issuer: string
}

/** `483 920 is your Acme code`; the last line lets a browser fill it in on our host only (WICG origin-bound codes). */
export function signInCodeMail(props: SignInCodeProps): MailContent {
  const { locale, tenant, code, link, lifetime, issuer } = props
  if (!props.known) return unknown(props)
  const { duration, text } = messagesFor(locale)
  const mail = composeMail({
    locale,
    tenant,
    subject: text('mail.code_subject', { code: groupedCode(code), tenant: tenant.name }),
    title: text('mail.sign_in_code.title', { tenant: tenant.name }),
    paragraphs: [
      text('mail.sign_in_code.what', { duration: duration(lifetime) }),
      text('mail.sign_in_code.not_you'),
    ],
    facts: [{ label: text('mail.code'), value: groupedCode(code) }],
    button: { label: text('mail.sign_in_code.open'), url: link },
  })
  return { ...mail, text: `${mail.text}\n@${new URL(issuer).hostname} #${code}\n` }
}

function unknown({ locale, tenant }: MailFrame): MailContent {
  const { text } = messagesFor(locale)
  const title = text('mail.sign_in_unknown.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text('mail.sign_in_unknown.what', { tenant: tenant.name })],
    facts: [],
  })
}
