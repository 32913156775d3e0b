import { messagesFor } from '../messages.ts'
import type { MailParts } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** Somebody signed in, or tried to: from where, as far as it is known. */
export type SignInNotice = SecurityNotice & {
  /** By their own names, such as `Firefox` and `Windows`. */
  readonly browser?: string | undefined
  readonly system?: string | undefined
  readonly city?: string | undefined
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined
}

/** Where it came from, then what is known of every event. */
export function signInFactsOf(notice: SignInNotice): NonNullable<MailParts['facts']> {
  const { text } = messagesFor(notice.locale)
  const [device, place] = [deviceOf(notice), placeOf(notice)]
  const own = [
    device !== '' && { label: text('mail.new_sign_in.device'), value: device },
    place !== '' && { label: text('mail.new_sign_in.place'), value: place },
  ]
  return [...own.filter((fact) => fact !== false), ...factsOf(notice)]
}

/** As much of it as is known. */
function deviceOf({ browser, system }: Pick<SignInNotice, 'browser' | 'system'>): string {
  return [browser, system].filter((part) => part !== undefined).join(', ')
}

/** As much of it as is known, in the reader's language. */
function placeOf({
  city,
  country,
  locale,
}: Pick<SignInNotice, 'city' | 'country' | 'locale'>): string {
  const countries = new Intl.DisplayNames(locale, { type: 'region' })
  const name = country === undefined ? undefined : countries.of(country)
  return [city, name].filter((part) => part !== undefined).join(', ')
}
