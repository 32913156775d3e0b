import {
  csrfField,
  field,
  hiddenField,
  otherWay,
  postForm,
  primaryButton,
  quietButton,
  secondaryButton,
} from './components/form.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Who is it? Posts `email`. */
export type IdentifierProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  /** The application that asked, when there is one. */
  readonly clientName?: string | undefined
  /** What was typed before, or `login_hint`. */
  readonly email?: string | undefined
  readonly error?: IdentifierError | undefined
  /** Development only: a button that fills in the demo account. Posts its `email` to the same action. */
  readonly demo?: { readonly email: string } | undefined
  /** Where "Create an account" posts, when this person may. */
  readonly registerAction?: string | undefined
}

export type IdentifierError = 'required' | 'invalid'

export function identifierPage(props: IdentifierProps): Html {
  const { page, action, clientName, demo, email, error } = props
  const { t, text } = messagesFor(page.locale)
  const token = csrfField(props.csrf)
  const emailField = field({
    name: 'email',
    label: t('identifier.email'),
    // Field and hints as password managers and passkey autofill expect them.
    input: html`type="email" autocomplete="username webauthn" autocapitalize="none"
    spellcheck="false" inputmode="email" required`,
    value: email,
    error: error && t(`identifier.${error}`),
    autofocus: true,
  })
  return layout(page, {
    title: text('identifier.title'),
    lead:
      clientName === undefined ? undefined : t('identifier.lead', { client: strong(clientName) }),
    failed: error !== undefined,
    body: html`${postForm({ action, token }, [emailField, primaryButton(t('identifier.submit'))])}
    ${demo && postForm({ action, token }, [hiddenField('email', demo.email), secondaryButton(t('identifier.demo'))])}
    ${props.registerAction !== undefined && otherWay({ action: props.registerAction, token }, quietButton(t('identifier.register')))}`,
  })
}
