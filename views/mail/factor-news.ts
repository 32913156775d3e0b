import { messagesFor, type Messages } from '../messages.ts'
import { composeMail, type MailContent } from './mail-layout.ts'
import { factsOf, type SecurityNotice } from './security-notice.ts'

/** What became of an authenticator app, of recovery codes, or of all there was. */
export type FactorNews =
  | {
      readonly kind:
        | 'totp_added'
        | 'totp_replaced'
        | 'totp_removed'
        | 'totp_locked'
        | 'factors_reset'
        | 'recovery_codes_made'
        | 'recovery_code_locked'
    }
  | {
      readonly kind: 'recovery_code_used' | 'recovery_codes_few'
      /** Codes that are left. */
      readonly left: number
    }

export type FactorNewsProps = SecurityNotice & {
  readonly news: FactorNews
  /** Where somebody else's doing is answered. */
  readonly reviewUrl: string
}

export function factorNewsMail(props: FactorNewsProps): MailContent {
  const { news, locale, tenant, reviewUrl } = props
  const messages = messagesFor(locale)
  const { text } = messages
  const title = text(`mail.${news.kind}.title`)
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [whatOf(news, tenant.name, messages), text(notYou(news))],
    facts: factsOf(props),
    button: { label: text('mail.factor.review'), url: reviewUrl },
  })
}

/** What nobody at the keyboard did is not answered by a new password. */
function notYou({ kind }: FactorNews) {
  return kind === 'factors_reset' ? 'mail.factors_reset.not_you' : 'mail.factor.not_you'
}

function whatOf(news: FactorNews, tenant: string, { text }: Messages): string {
  if (news.kind === 'recovery_code_used' || news.kind === 'recovery_codes_few')
    return text(`mail.${news.kind}.what`, { tenant, count: news.left })
  return text(`mail.${news.kind}.what`, { tenant })
}
