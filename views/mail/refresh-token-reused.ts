import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** Somebody used a refresh token that was spent already: its family is revoked, and the owner is told. */
export type RefreshTokenReusedProps = SecurityNotice & {
  readonly clientName: string
  /** My account, where the application can be disconnected. */
  readonly accountUrl?: string | undefined
}

export function refreshTokenReusedMail(props: RefreshTokenReusedProps): MailContent {
  const { accountUrl, clientName: client, locale, tenant } = props
  const { text } = messagesFor(locale)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.refresh_reused.subject', { client, tenant: tenant.name }),
    title: text('mail.refresh_reused.title', { client }),
    paragraphs: [
      text('mail.refresh_reused.what', { client }),
      text('mail.refresh_reused.do', { client }),
    ],
    facts: [{ label: text('mail.refresh_reused.app'), value: client }, ...factsOf(props)],
    button:
      accountUrl === undefined
        ? undefined
        : { label: text('mail.refresh_reused.account'), url: accountUrl },
  })
}
