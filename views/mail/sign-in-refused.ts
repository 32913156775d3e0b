import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { deviceOf, placeOf } from './new-sign-in.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** Somebody proved to be the person, and was kept out: it was too unlike them. */
export type SignInRefusedProps = SecurityNotice & {
  readonly browser?: string | undefined
  readonly system?: string | undefined
  readonly city?: string | undefined
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  /** Where somebody else's try is answered. */
  readonly resetUrl: string
}

export function signInRefusedMail(props: SignInRefusedProps): MailContent {
  const { locale, tenant, resetUrl } = props
  const { text } = messagesFor(locale)
  const title = text('mail.sign_in_refused.title')
  const [device, place] = [deviceOf(props), placeOf(props)]
  const own = [
    device !== '' && { label: text('mail.new_sign_in.device'), value: device },
    place !== '' && { label: text('mail.new_sign_in.place'), value: place },
  ]
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
    facts: [...own.filter((fact) => fact !== false), ...factsOf(props)],
    button: { label: text('mail.password.reset'), url: resetUrl },
  })
}
