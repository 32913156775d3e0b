import { csrfField, postForm, primaryButton, quietButton, statement } from './components/form.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** The sign-in is too unlike the person, and nothing they have would make it sure. */
export type RefusedProps = {
  readonly page: Page
  /** Takes the person back to the application. */
  readonly action: string
  readonly csrf: string
  readonly clientName: string
  /** Where "Use another account" posts. */
  readonly anotherAction: string
}

/** Says nothing of what was odd: whoever is kept out would know what to change. */
export function refusedPage(props: RefusedProps): Html {
  const { page, action, csrf, clientName, anotherAction } = props
  const { t, text } = messagesFor(page.locale)
  const token = csrfField(csrf)
  return layout(page, {
    title: text('refused.title'),
    failed: true,
    body: html`${statement(t('refused.what'))}
      <p>${t('refused.try')}</p>
      ${postForm({ action, token }, primaryButton(t('refused.back', { client: clientName })))}
      ${postForm({ action: anotherAction, token }, html`<p>${quietButton(t('chooser.another'))}</p>`)}`,
  })
}
