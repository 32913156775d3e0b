import { alert, csrfField, field, postForm, primaryButton } from './components/form.ts'
import { strong } from './components/text.ts'
import { href, html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Whose password is lost? Posts `email`. */
export type RecoverIdentifierProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  /** What was typed before, or the address of the sign-in somebody comes from. */
  readonly email?: string | undefined
  /** `over`: what was proved before opens nothing any more. */
  readonly error?: 'required' | 'invalid' | 'over' | undefined
  /** Where people with this address sign in: they have no password here. */
  readonly elsewhere?: string | undefined
  /** Back to the sign-in, when there is one. */
  readonly signInUrl?: string | undefined
}

export function recoverIdentifierPage(props: RecoverIdentifierProps): Html {
  const { page, action, csrf, email, error, elsewhere, signInUrl } = props
  const { t, text } = messagesFor(page.locale)
  const emailField = field({
    name: 'email',
    label: t('identifier.email'),
    input: html`type="email" autocomplete="username" autocapitalize="none" spellcheck="false"
    inputmode="email" required`,
    value: email,
    error: error !== undefined && error !== 'over' && t(`identifier.${error}`),
    autofocus: error !== 'over' && elsewhere === undefined,
  })
  return layout(page, {
    title: text('recover.title'),
    lead: t('recover.lead'),
    failed: error !== undefined || elsewhere !== undefined,
    body: html`${error === 'over' && alert(t('recover.over'))}
    ${elsewhere !== undefined && alert(t('elsewhere.enforced', { connection: strong(elsewhere) }))}
    ${postForm({ action, token: csrfField(csrf) }, [emailField, primaryButton(t('recover.submit'))])}
    ${signInUrl && html`<p class="aside"><a href="${href(signInUrl)}">${t('recover.back')}</a></p>`}`,
  })
}
