import { href, html, type Html, type Part } from '../html.ts'
import { messagesFor, type Locale } from '../messages.ts'

/** The three parts a mail is queued with. */
export type MailContent = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** On whose behalf it is sent. */
export type MailSender = {
  readonly name: string
  readonly supportUrl?: string | undefined
  readonly supportEmail?: string | undefined
}

/** What all mails of a tenant to one reader have in common. */
export type MailFrame = {
  readonly locale: Locale
  readonly tenant: MailSender
}

export type MailParts = MailFrame & {
  readonly subject: string
  readonly title: string
  readonly paragraphs: readonly string[]
  /** What is known of the event. */
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  readonly button?: { readonly label: string; readonly url: string } | undefined
}

/** Both forms of one mail, saying the same. Nothing in it is fetched from anywhere. */
export function composeMail(parts: MailParts): MailContent {
  return {
    // A line break here would start another header.
    subject: parts.subject.replaceAll(/\s+/g, ' ').trim(),
    text: asText(parts),
    html: asHtml(parts).toString(),
  }
}

/** `483 920`, as it is read aloud. */
export function groupedCode(digits: string): string {
  return digits.replace(/(?<=^\d{3})/, ' ')
}

function helpOf({ supportUrl, supportEmail }: MailSender): string | undefined {
  return supportUrl ?? (supportEmail && `mailto:${supportEmail}`)
}

function asText({ locale, tenant, title, paragraphs, facts, button }: MailParts): string {
  const { text } = messagesFor(locale)
  const help = helpOf(tenant)
  const blocks = [
    title,
    ...paragraphs,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    button && `${button.label}:\n${href(button.url)}`,
    `--\n${text('mail.footer', { tenant: tenant.name })}`,
    help && `${text('mail.help')}: ${href(help)}`,
  ]
  return `${blocks.filter(Boolean).join('\n\n')}\n`
}

// Mail programs know attributes and a style element; a rule they do not know leaves plain, readable text.
const style = html`<style>
  body {
    margin: 0;
    padding: 24px 12px;
    background: #f5f4f0;
    color: #1f211e;
    font:
      16px/1.55 -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      Arial,
      sans-serif;
  }
  .sheet {
    max-width: 520px;
    margin: 0 auto;
    padding: 32px;
    background: #fff;
    border-radius: 14px;
  }
  h1 {
    font-size: 22px;
    line-height: 1.3;
    margin: 0 0 16px;
  }
  p {
    margin: 0 0 16px;
  }
  th {
    text-align: start;
    font-weight: 400;
    color: #5c6059;
    padding: 4px 16px 4px 0;
    vertical-align: top;
  }
  td {
    padding: 4px 0;
    overflow-wrap: anywhere;
  }
  table {
    margin: 0 0 24px;
    border-collapse: collapse;
  }
  .button {
    display: inline-block;
    padding: 12px 20px;
    border-radius: 10px;
    background: #17594a;
    color: #fff;
    font-weight: 600;
    text-decoration: none;
  }
  .foot {
    max-width: 520px;
    margin: 16px auto 0;
    padding: 0 32px;
    font-size: 14px;
    color: #5c6059;
  }
  .foot a {
    color: inherit;
  }
  @media (prefers-color-scheme: dark) {
    body {
      background: #141614;
      color: #e9ebe6;
    }
    .sheet {
      background: #1e211e;
    }
    th,
    .foot {
      color: #a9aea5;
    }
    .button {
      background: #8fd5bb;
      color: #06241b;
    }
  }
</style>`

function asHtml({ locale, tenant, subject, title, paragraphs, facts, button }: MailParts): Html {
  const { dir, t } = messagesFor(locale)
  const help = helpOf(tenant)
  const row = ({ label, value }: MailParts['facts'][number]): Part =>
    html`<tr>
      <th scope="row">${label}</th>
      <td><bdi>${value}</bdi></td>
    </tr>`
  return html`<!doctype html>
    <html lang="${locale}" dir="${dir}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${subject}</title>
        ${style}
      </head>
      <body>
        <div class="sheet">
          <h1>${title}</h1>
          ${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
          <table>
            ${facts.map(row)}
          </table>
          ${button && html`<p><a class="button" href="${href(button.url)}">${button.label}</a></p>`}
        </div>
        <p class="foot">
          ${t('mail.footer', { tenant: tenant.name })}
          ${help && html`<a href="${href(help)}">${t('mail.help')}</a>`}
        </p>
      </body>
    </html> `
}
