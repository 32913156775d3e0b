import { messagesFor, type Locale } from '../messages.ts'
import { composeMail, type MailContent, type MailSender } from './mail-layout.ts'

/** Somebody used a refresh token that was spent already: its family is revoked, and the owner is told. */
export type RefreshTokenReusedProps = {
  readonly locale: Locale
  readonly tenant: MailSender
  readonly clientName: string
  readonly at: Date
  /** Address of the requester who came with the spent token. */
  readonly ip?: string | undefined
  /** My account, where the application can be disconnected. */
  readonly accountUrl?: string | undefined
  readonly reference: string
}

export function refreshTokenReusedMail(props: RefreshTokenReusedProps): MailContent {
  const { accountUrl, clientName: client, ip, locale, tenant } = props
  const { instant, text } = messagesFor(locale)
  const facts = [
    { label: text('mail.refresh_reused.app'), value: client },
    { label: text('mail.refresh_reused.when'), value: instant(props.at) },
    ip !== undefined && { label: text('mail.refresh_reused.ip'), value: ip },
    { label: text('mail.refresh_reused.reference'), value: props.reference },
  ]
  return composeMail({
    locale,
    tenant,
    subject: text('mail.refresh_reused.subject', { client, tenant: tenant.name }),
    title: text('mail.refresh_reused.title', { client }),
    paragraphs: [
      text('mail.refresh_reused.what', { client }),
      text('mail.refresh_reused.do', { client }),
    ],
    facts: facts.filter((fact) => fact !== false),
    button:
      accountUrl === undefined
        ? undefined
        : { label: text('mail.refresh_reused.account'), url: accountUrl },
  })
}
