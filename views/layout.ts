import { href, html, name, type Html, type Part } from './html.ts'
import { messagesFor, type Locale } from './messages.ts'
import { initialOf, unbroken } from './components/text.ts'

/** What every page needs to know of the tenant, the reader and the server. Made once for each request. */
export type Page = {
  readonly locale: Locale
  readonly tenant: PageTenant
  /** Path of the tenant's issuer: `` or `/t/acme`. No trailing slash. */
  readonly basePath: string
  /** The address of one of our own files, by its name in `views/assets`. */
  readonly assets: (file: string) => string
}

export type PageTenant = {
  readonly name: string
  readonly supportUrl?: string | undefined
  readonly supportEmail?: string | undefined
  readonly privacyUrl?: string | undefined
  readonly termsUrl?: string | undefined
}

export type PageContent = {
  /** Of the window; the tenant's name is added. */
  readonly title: string
  /** The one `h1`. The title when left out. */
  readonly heading?: Html | undefined
  readonly lead?: Html | undefined
  readonly body: Part
  /** Something is wrong: said first in the window's title. */
  readonly failed?: boolean | undefined
  /** `wide` for pages that show things rather than ask one; `settings` for those that do both. */
  readonly width?: 'card' | 'wide' | 'settings' | undefined
  /** Stands under the masthead of pages that belong together. */
  readonly navigation?: Html | undefined
}

/** The frame of every page: whose it is, one card, and where to get help. */
export function layout(page: Page, content: PageContent): Html {
  const messages = messagesFor(page.locale)
  const title = content.failed
    ? messages.text('title.error', { title: content.title })
    : content.title
  return html`<!doctype html>
    <html lang="${page.locale}" dir="${messages.dir}">
      <head>
        ${head({ title: `${title} · ${page.tenant.name}`, assets: page.assets })}
      </head>
      <body>
        <header class="masthead">
          <span class="seal" aria-hidden="true">${initialOf(page.tenant.name)}</span>
          <span class="tenant">${name(page.tenant.name)}</span>
          ${content.navigation}
        </header>
        <main class="${content.width ?? 'card'}">
          <h1>${content.heading ?? unbroken(content.title)}</h1>
          ${content.lead && html`<p class="lead">${content.lead}</p>`} ${content.body}
        </main>
        ${footer(page)}
      </body>
    </html> `
}

/** Everything a page asks for besides itself, all from here (no other host, no inline style or script). */
export function head({ title, assets }: { title: string; assets: Page['assets'] }): Html {
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="stylesheet" href="${href(assets('signet.css'))}" />
    <link rel="icon" type="image/svg+xml" href="${href(assets('favicon.svg'))}" />
    <script type="module" src="${href(assets('form.js'))}"></script>`
}

function footer({ tenant, locale }: Page): Html {
  const { t } = messagesFor(locale)
  const help = tenant.supportUrl ?? (tenant.supportEmail && `mailto:${tenant.supportEmail}`)
  const links = [
    [help, t('footer.help')],
    [tenant.privacyUrl, t('footer.privacy')],
    [tenant.termsUrl, t('footer.terms')],
  ] as const
  const items = links.map(
    ([address, label]) => address && html`<li><a href="${href(address)}">${label}</a></li>`,
  )
  if (!items.some(Boolean)) return html`<footer class="colophon"></footer>`
  return html`<footer class="colophon">
    <nav aria-label="${messagesFor(locale).text('footer.label')}">
      <ul>
        ${items}
      </ul>
    </nav>
  </footer>`
}
