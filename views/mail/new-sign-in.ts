import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** Somebody signed in on a browser that had not been signed in to this account before. */
export type NewSignInProps = SecurityNotice & {
  /** By their own names, such as `Firefox` and `Windows`. */
  readonly browser?: string | undefined
  readonly system?: string | undefined
  readonly city?: string | undefined
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
  /** Where somebody else's sign-in is answered: My account. */
  readonly accountUrl: string
}

export function newSignInMail(props: NewSignInProps): MailContent {
  const { locale, tenant, accountUrl } = props
  const { text } = messagesFor(locale)
  const title = text('mail.new_sign_in.title')
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
      text('mail.new_sign_in.what', { tenant: tenant.name }),
      text('mail.new_sign_in.not_you'),
    ],
    facts: [...own.filter((fact) => fact !== false), ...factsOf(props)],
    button: { label: text('mail.new_sign_in.review'), url: accountUrl },
  })
}

/** As much of it as is known. */
export function deviceOf({ browser, system }: Pick<NewSignInProps, 'browser' | 'system'>): string {
  return [browser, system].filter((part) => part !== undefined).join(', ')
}

/** As much of it as is known, in the reader's language. */
export function placeOf({
  city,
  country,
  locale,
}: Pick<NewSignInProps, 'city' | 'country' | 'locale'>): string {
  const countries = new Intl.DisplayNames(locale, { type: 'region' })
  const name = country === undefined ? undefined : countries.of(country)
  return [city, name].filter((part) => part !== undefined).join(', ')
}
