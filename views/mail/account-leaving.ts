import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** Somebody asked for the end of the account: when it will be, and how to take it back. */
export type AccountLeavingProps = SecurityNotice & {
  readonly leavesAt: Date
  /** Where to sign in, which is all it takes. */
  readonly accountUrl: string
}

export function accountLeavingMail(props: AccountLeavingProps): MailContent {
  const { accountUrl, leavesAt, locale, tenant } = props
  const { date, text } = messagesFor(locale)
  const name = tenant.name
  return composeMail({
    locale,
    tenant,
    subject: text('mail.leaving.subject', { tenant: name }),
    title: text('mail.leaving.title', { date: date(leavesAt) }),
    paragraphs: [
      text('mail.leaving.what', { tenant: name, date: date(leavesAt) }),
      text('mail.leaving.undo'),
    ],
    facts: factsOf(props),
    button: { label: text('mail.leaving.stay'), url: accountUrl },
  })
}
