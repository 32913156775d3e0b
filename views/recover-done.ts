import { primaryLink } from './components/form.ts'
import { icons } from './components/icons.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

export type RecoverDoneProps = {
  readonly page: Page
  /** Back to the sign-in it was begun from, or to any. */
  readonly signInUrl: string
}

export function recoverDonePage({ page, signInUrl }: RecoverDoneProps): Html {
  const { t, text } = messagesFor(page.locale)
  return layout(page, {
    title: text('recover.done_title'),
    heading: html`${icons.done}${t('recover.done_title')}`,
    body: html`<p>${t('recover.done')}</p>
      <div class="choice">${primaryLink(signInUrl, t('recover.sign_in'))}</div>`,
  })
}
