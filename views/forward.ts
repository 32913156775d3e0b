import { hiddenField, primaryButton, primaryLink } from './components/form.ts'
import { strong } from './components/text.ts'
import { href, html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** A form that another site is sent (SAML Bindings §3.5). Its script presses the button. */
export type ForwardProps = {
  readonly page: Page
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly connection: string
}

export function forwardPage({ page, action, fields, connection }: ForwardProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('elsewhere.title', { connection }),
    body: html`<p>${t('elsewhere.forward', { connection: strong(connection) })}</p>
      <form method="post" action="${href(action)}" data-forward>
        ${Object.entries(fields).map(([name, value]) => hiddenField(name, value))}
        ${primaryButton(t('elsewhere.submit', { connection }))}
      </form>
      <script type="module" src="${href(page.assets('forward.js'))}"></script>`,
  })
}

/** The same by an address: somebody follows it, because our own pages send nobody there by themselves. */
export function forwardLinkPage({
  page,
  address,
  connection,
}: Pick<ForwardProps, 'page' | 'connection'> & { readonly address: string }): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('elsewhere.title', { connection }),
    body: html`<p>${t('elsewhere.what', { connection: strong(connection) })}</p>
      <div class="choice">${primaryLink(address, t('elsewhere.submit', { connection }))}</div>`,
  })
}
