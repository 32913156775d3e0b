import type { Locale } from '../messages.ts'
import type { MailContent, MailSender } from './mail-layout.ts'

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
  return { subject: props.clientName, text: '', html: '' }
}
