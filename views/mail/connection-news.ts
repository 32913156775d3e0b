import { messagesFor } from '../messages.ts'
import { composeMail, type MailContent, type MailFrame } from './mail-layout.ts'
import { factsOf } from './security-notice.ts'

/** What becomes of how a tenant's people sign in elsewhere, for who administers it. */
export type ConnectionNews =
  /** Somebody got in past a domain whose people sign in elsewhere only. */
  | { readonly what: 'glass_broken'; readonly who: string; readonly ip: string }
  /** The record is gone; until then the proof stands. */
  | { readonly what: 'domain_missing'; readonly domain: string; readonly until: Date }
  | { readonly what: 'domain_lost'; readonly domain: string }
  | {
      readonly what: 'certificate_ending' | 'certificate_over'
      readonly fingerprint: string
      readonly until: Date
    }

export type ConnectionNewsProps = MailFrame & {
  readonly news: ConnectionNews
  /** Its id. */
  readonly connection: string
  readonly at: Date
  readonly reference: string
}

export function connectionNewsMail(props: ConnectionNewsProps): MailContent {
  const { locale, tenant, news, connection } = props
  const { text } = messagesFor(locale)
  const title = text(`mail.${news.what}.title`, { connection, ...namesOf(news) })
  const ip = 'ip' in news ? news.ip : undefined
  return composeMail({
    locale,
    tenant,
    subject: text('mail.subject', { tenant: tenant.name, title }),
    title,
    paragraphs: [text(`mail.${news.what}.what`, { connection, ...namesOf(news) })],
    facts: [...detailsOf(props), ...factsOf({ ...props, ip })],
  })
}

function namesOf(news: ConnectionNews) {
  return {
    who: 'who' in news ? news.who : '',
    domain: 'domain' in news ? news.domain : '',
  }
}

function detailsOf({ locale, connection, news }: ConnectionNewsProps) {
  const { text, instant } = messagesFor(locale)
  return [
    { label: text('mail.connection'), value: connection },
    ...('until' in news ? [{ label: text('mail.until'), value: instant(news.until) }] : []),
    ...('fingerprint' in news
      ? [{ label: text('mail.fingerprint'), value: news.fingerprint }]
      : []),
  ]
}
