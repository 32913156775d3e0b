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
  /** To be typed where it was asked for, as it is read aloud. */
  readonly code?: string | undefined
  /** What is known of the event. */
  readonly facts?: readonly Fact[] | undefined
  readonly button?: { readonly label: string; readonly url: string } | undefined
  /** What to know besides. */
  readonly after?: string | undefined
  /** Why this reader gets it: for their account, unless said otherwise. */
  readonly because?: 'account' | 'address' | undefined
}

type Fact = { readonly label: string; readonly value: string }

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

function asText(parts: MailParts): string {
  const { locale, tenant, title, paragraphs, code, facts = [], button, after } = parts
  const { text } = messagesFor(locale)
  const help = helpOf(tenant)
  const blocks = [
    title,
    ...paragraphs,
    code && `${text('mail.code')}: ${code}`,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    button && `${button.label}:\n${href(button.url)}`,
    after,
    `--\n${text(`mail.footer_${parts.because ?? 'account'}`, { tenant: tenant.name })}`,
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
  .code {
    margin: 0 0 24px;
    padding: 16px;
    border-radius: 10px;
    background: #f5f4f0;
    font-size: 28px;
    font-weight: 600;
    letter-spacing: 0.06em;
    text-align: center;
  }
  .after {
    font-size: 14px;
    color: #5c6059;
  }
  .sheet > :last-child {
    margin-bottom: 0;
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
    .code {
      background: #141614;
    }
    th,
    .after,
    .foot {
      color: #a9aea5;
    }
    .button {
      background: #8fd5bb;
      color: #06241b;
    }
  }
</style>`

function asHtml(parts: MailParts): Html {
  const { locale, tenant, subject, title, paragraphs, code, facts, button, after } = parts
  const { dir, t } = messagesFor(locale)
  const help = helpOf(tenant)
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
          ${code && html`<p class="code" dir="ltr">${code}</p>`} ${facts && table(facts)}
          ${button && html`<p><a class="button" href="${href(button.url)}">${button.label}</a></p>`}
          ${after && html`<p class="after">${after}</p>`}
        </div>
        <p class="foot">
          ${t(`mail.footer_${parts.because ?? 'account'}`, { tenant: tenant.name })}
          ${help && html`<a href="${href(help)}">${t('mail.help')}</a>`}
        </p>
      </body>
    </html> `
}

function table(facts: readonly Fact[]): Html {
  const row = ({ label, value }: Fact): Part =>
    html`<tr>
      <th scope="row">${label}</th>
      <td><bdi>${value}</bdi></td>
    </tr>`
  return html`<table>
    ${facts.map(row)}
  </table>`
}
