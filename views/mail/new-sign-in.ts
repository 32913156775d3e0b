import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { signInFactsOf, type SignInNotice } from './sign-in-notice.ts'

/** Somebody signed in on a browser that had not been signed in to this account before. */
export type NewSignInProps = SignInNotice & {
  /** Where somebody else's sign-in is answered: My account. */
  readonly accountUrl: string
}

export function newSignInMail(props: NewSignInProps): MailContent {
  const { locale, tenant, accountUrl } = props
  const { text } = messagesFor(locale)
  const title = text('mail.new_sign_in.title')
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [
      text('mail.new_sign_in.what', { tenant: tenant.name }),
      text('mail.new_sign_in.not_you'),
    ],
    facts: signInFactsOf(props),
    button: { label: text('mail.new_sign_in.review'), url: accountUrl },
  })
}
