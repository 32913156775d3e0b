import { csrfField, postForm, primaryButton, statement, warning } from './components/form.ts'
import { code, strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { groupedCode } from './mail/mail-layout.ts'
import { messagesFor } from './messages.ts'

/** What a link in a mail opens. Opening it changes nothing: scanners open links too (Q57). */
export type EmailLinkProps = {
  readonly page: Page
  readonly state:
    /** The browser that asked: a POST goes on. */
    | {
        readonly kind: 'here'
        readonly email: string
        readonly action: string
        readonly csrf: string
        /** What follows: a session, or the rest of a registration. */
        readonly purpose: 'sign_in' | 'register'
      }
    /** Another browser: the code to type where it was asked for. */
    | { readonly kind: 'elsewhere'; readonly code: string }
    | { readonly kind: 'over' }
}

export function emailLinkPage({ page, state }: EmailLinkProps): Html {
  const { t, text } = messagesFor(page.locale)
  switch (state.kind) {
    case 'here':
      return layout(page, {
        title: text(state.purpose === 'sign_in' ? 'email_link.title' : 'register.title'),
        lead: t('email_link.lead', { email: strong(state.email) }),
        body: postForm(
          { action: state.action, token: csrfField(state.csrf) },
          primaryButton(
            t(state.purpose === 'sign_in' ? 'email_link.submit' : 'email_code.next'),
            html`autofocus`,
          ),
        ),
      })
    case 'elsewhere':
      return layout(page, {
        title: text('email_link.elsewhere_title'),
        lead: t('email_link.elsewhere'),
        body: html`<p class="compare">${code(groupedCode(state.code))}</p>
          ${warning(t('email_link.warning'))}`,
      })
    case 'over':
      return layout(page, {
        title: text('email_link.over_title'),
        failed: true,
        body: statement(t('email_link.over')),
      })
  }
}
