import { messagesFor } from '../messages.ts'
import { composeMail, groupedCode, type MailContent, type MailFrame } from './mail-layout.ts'

type Decoyed = 'sign_in' | 'register' | 'reset_password' | 'change_email'

/** `isDecoy`: nothing can be done with this address, and the mail says so instead. */
type About =
  | { readonly purpose: Decoyed; readonly isDecoy: boolean }
  | { readonly purpose: 'step_up' | 'verify_email' | 'foreign_email'; readonly isDecoy: false }

export type CodeMailProps = MailFrame &
  About & {
    /** Six digits. */
    readonly code: string
    /** Opens a page that does the same as typing the code. */
    readonly link?: string | undefined
    /** Seconds code and link are good for. */
    readonly lifetime: number
    readonly issuer: string
  }

/** `483 920 is your Acme code`; the last line lets a browser fill it in on our host only (WICG origin-bound codes). */
export function codeMail(props: CodeMailProps): MailContent {
  const { locale, tenant, purpose, code, link, lifetime, issuer } = props
  if (props.isDecoy) return insteadMail(props, props.purpose)
  const { duration, text } = messagesFor(locale)
  const facts = { tenant: tenant.name, duration: duration(lifetime) }
  const mail = composeMail({
    locale,
    tenant,
    subject: text('mail.code_subject', { code: groupedCode(code), tenant: tenant.name }),
    title: text(`mail.${purpose}.title`, facts),
    paragraphs: [text(`mail.${purpose}.what`, facts)],
    code: groupedCode(code),
    button: link === undefined ? undefined : { label: text('mail.code_link'), url: link },
    after: text(`mail.${purpose}.not_you`),
    because: 'address',
  })
  return { ...mail, text: `${mail.text}\n@${new URL(issuer).hostname} #${code}\n` }
}

function insteadMail({ locale, tenant }: MailFrame, purpose: Decoyed): MailContent {
  const { text } = messagesFor(locale)
  const title = text(`mail.${purpose}.instead_title`)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text(`mail.${purpose}.instead`, { tenant: tenant.name })],
    because: 'address',
  })
}
