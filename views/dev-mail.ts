import { secondaryLink } from './components/form.ts'
import { href, html, name, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** Development only: what would have been sent. */
export type DevMailListProps = {
  readonly page: Page
  readonly mails: readonly DevMailEntry[]
}

export type DevMailEntry = {
  readonly url: string
  readonly to: string
  readonly subject: string
  readonly createdAt: Date
}

export type DevMailProps = {
  readonly page: Page
  readonly listUrl: string
  readonly mail: Omit<DevMailEntry, 'url'> & { readonly text: string }
  /** The HTML part on a page of its own, to be served with `sandbox` and inline style allowed. */
  readonly htmlUrl?: string | undefined
}

export function devMailListPage({ page, mails }: DevMailListProps): Html {
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const list = html`<ul class="mails">
    ${mails.map(
      (mail) =>
        html`<li>
          <a href="${href(mail.url)}">
            <strong>${name(mail.subject)}</strong>
            <span>${name(mail.to)} · ${time(mail.createdAt, messages)}</span>
          </a>
        </li>`,
    )}
  </ul>`
  return layout(page, {
    title: text('dev_mail.title'),
    lead: t('dev_mail.lead'),
    width: 'wide',
    body: mails.length === 0 ? html`<p class="empty">${t('dev_mail.empty')}</p>` : list,
  })
}

export function devMailPage({ page, listUrl, mail, htmlUrl }: DevMailProps): Html {
  const messages = messagesFor(page.locale)
  const { t } = messages
  return layout(page, {
    title: mail.subject,
    heading: name(mail.subject),
    width: 'wide',
    body: html`<dl class="facts">
        <div>
          <dt>${t('dev_mail.to')}</dt>
          <dd>${name(mail.to)}</dd>
        </div>
        <div>
          <dt>${t('dev_mail.sent')}</dt>
          <dd>${time(mail.createdAt, messages)}</dd>
        </div>
      </dl>
      <div class="letter" dir="auto">${linked(mail.text)}</div>
      <div class="choice">
        ${secondaryLink(listUrl, t('dev_mail.back'))}
        ${htmlUrl && secondaryLink(htmlUrl, t('dev_mail.html'))}
      </div>`,
  })
}

function time(at: Date, messages: Messages): Html {
  return html`<time datetime="${at.toISOString()}">${messages.instant(at)}</time>`
}

// Links in a mail are what a developer came for.
function linked(text: string): readonly (string | Html)[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((piece, index) => (index % 2 === 0 ? piece : html`<a href="${href(piece)}">${piece}</a>`))
}
