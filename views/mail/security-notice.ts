import { messagesFor } from '../messages.ts'
import type { MailFrame, MailParts } from './mail-layout.ts'

/** Something happened to somebody's account, and they are told where they can be reached. */
export type SecurityNotice = MailFrame & {
  readonly at: Date
  /** Address of the requester. */
  readonly ip?: string | undefined
  /** What the person can read to a help desk. */
  readonly reference: string
}

/** What is known of the event. */
export function factsOf(notice: SecurityNotice): NonNullable<MailParts['facts']> {
  const { instant, text } = messagesFor(notice.locale)
  const facts = [
    { label: text('mail.when'), value: instant(notice.at) },
    notice.ip !== undefined && { label: text('mail.from'), value: notice.ip },
    { label: text('mail.reference'), value: notice.reference },
  ]
  return facts.filter((fact) => fact !== false)
}
