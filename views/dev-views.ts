import { href, html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Development only: the gallery of every screen in every state. */
export type DevViewsProps = {
  readonly page: Page
  readonly entries: readonly { readonly name: string; readonly url: string }[]
}

export function devViewsPage({ page, entries }: DevViewsProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('dev_views.title'),
    lead: t('dev_views.lead', { count: entries.length }),
    width: 'wide',
    body: html`<ul class="gallery">
      ${entries.map(({ name, url }) => html`<li><a href="${href(url)}">${name}</a></li>`)}
    </ul>`,
  })
}
