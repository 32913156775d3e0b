import { csrfField, postForm, primaryButton, quietButton } from './components/form.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Back from elsewhere with the address of an account that stands here: nobody is given it before they sign in to it. */
export type LinkFirstProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly connection: string
  readonly email: string
  /** Where "Use another account" posts. */
  readonly anotherAction: string
}

export function linkFirstPage(props: LinkFirstProps): Html {
  const { page, action, csrf, connection, email, anotherAction } = props
  const { t, text } = messagesFor(page.locale)
  const token = csrfField(csrf)
  return layout(page, {
    title: text('elsewhere.link_title'),
    body: html`<p>
        ${t('elsewhere.link_what', { email: strong(email), connection: strong(connection) })}
      </p>
      ${postForm({ action, token }, primaryButton(t('elsewhere.link_submit')))}
      ${postForm({ action: anotherAction, token }, html`<p>${quietButton(t('chooser.another'))}</p>`)}`,
  })
}
