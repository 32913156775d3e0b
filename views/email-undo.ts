import {
  csrfField,
  postForm,
  primaryButton,
  primaryLink,
  secondaryLink,
} from './components/form.ts'
import { icons } from './components/icons.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** What became of a change of address, for whoever had the old one. */
export type EmailUndoProps = {
  readonly page: Page
  readonly state:
    | {
        readonly kind: 'here'
        /** The address the account gets back. */
        readonly email: string
        readonly action: string
        readonly csrf: string
      }
    | { readonly kind: 'done' | 'over'; readonly resetUrl: string }
}

export function emailUndoPage({ page, state }: EmailUndoProps): Html {
  const { t, text } = messagesFor(page.locale)
  if (state.kind === 'here') {
    return layout(page, {
      title: text('email_undo.title'),
      lead: t('email_undo.lead', { email: strong(state.email) }),
      body: postForm(
        { action: state.action, token: csrfField(state.csrf) },
        primaryButton(t('email_undo.submit')),
      ),
    })
  }
  if (state.kind === 'over') {
    return layout(page, {
      title: text('email_undo.over_title'),
      body: html`<p>${t('email_undo.over')}</p>
        <div class="choice">${secondaryLink(state.resetUrl, t('mail.password.reset'))}</div>`,
    })
  }
  return layout(page, {
    title: text('email_undo.done_title'),
    heading: html`${icons.done}${t('email_undo.done_title')}`,
    body: html`<p>${t('email_undo.done')}</p>
      <div class="choice">${primaryLink(state.resetUrl, t('mail.password.reset'))}</div>`,
  })
}
