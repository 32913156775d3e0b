import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** A passkey of an account was added or removed. */
export type PasskeyChangedProps = SecurityNotice & {
  readonly what: 'added' | 'removed'
  /** What it is called, as far as that is known. */
  readonly name?: string | undefined
  /** Where somebody else's change is answered. */
  readonly manageUrl: string
}

export function passkeyChangedMail(props: PasskeyChangedProps): MailContent {
  const { what, name, locale, tenant, manageUrl } = props
  const { text } = messagesFor(locale)
  const title = text(`mail.passkey_${what}.title`)
  const named = name === undefined ? [] : [{ label: text('mail.passkey.name'), value: name }]
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text(`mail.passkey_${what}.what`, { tenant: tenant.name }),
      text('mail.passkey.not_you'),
    ],
    facts: [...named, ...factsOf(props)],
    button: { label: text('mail.passkey.manage'), url: manageUrl },
  })
}
