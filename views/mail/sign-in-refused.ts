import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { signInFactsOf, type SignInNotice } from './sign-in-notice.ts'

/** Somebody proved to be the person, and was kept out: it was too unlike them. */
export type SignInRefusedProps = SignInNotice & {
  /** Where somebody else's try is answered. */
  readonly resetUrl: string
}

export function signInRefusedMail(props: SignInRefusedProps): MailContent {
  const { locale, tenant, resetUrl } = props
  const { text } = messagesFor(locale)
  const title = text('mail.sign_in_refused.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text('mail.sign_in_refused.what', { tenant: tenant.name }),
      text('mail.sign_in_refused.you'),
      text('mail.sign_in_refused.not_you'),
    ],
    facts: signInFactsOf(props),
    button: { label: text('mail.password.reset'), url: resetUrl },
  })
}
