import {
  csrfField,
  field,
  hiddenField,
  otherWay,
  postForm,
  primaryButton,
  quietButton,
  secondaryButton,
  secondaryLink,
} from './components/form.ts'
import { passkeyAlert, passkeyOffer, type PasskeyOffer } from './components/passkey.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

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
  /** Whoever has a passkey here needs not say who they are. */
  readonly passkey?: PasskeyOffer | undefined
  /** Development only: a button that fills in the demo account. Posts its `email` to the same action. */
  readonly demo?: { readonly email: string } | undefined
  /** Who else signs people in. */
  readonly connections?: readonly { readonly name: string; readonly leaveUrl: string }[] | undefined
  /** Where "Create an account" posts, when this person may. */
  readonly registerAction?: string | undefined
}

export type IdentifierError = 'required' | 'invalid'

export function identifierPage(props: IdentifierProps): Html {
  const { page, action, clientName, demo, email, error, passkey } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(props.csrf)
  const emailField = field({
    name: 'email',
    label: t('identifier.email'),
    // Field and hints as password managers and passkey autofill expect them.
    input: html`type="email" autocomplete="username webauthn" autocapitalize="none"
    spellcheck="false" inputmode="email" required`,
    value: email,
    error: error && t(`identifier.${error}`),
    autofocus: passkey?.error === undefined,
  })
  return layout(page, {
    title: text('identifier.title'),
    lead:
      clientName === undefined ? undefined : t('identifier.lead', { client: strong(clientName) }),
    failed: error !== undefined || passkey?.error !== undefined,
    body: html`${passkeyAlert(passkey, messages)}
    ${postForm({ action, token }, [emailField, primaryButton(t('identifier.submit'))])}
    ${passkey && passkeyOffer(passkey, { page, csrf: props.csrf, label: t('passkey.sign_in'), autofill: passkey.error === undefined })}
    ${foreignWays(props.connections ?? [], messages)}
    ${demo && postForm({ action, token }, [hiddenField('email', demo.email), secondaryButton(t('identifier.demo'))])}
    ${props.registerAction !== undefined && otherWay({ action: props.registerAction, token }, quietButton(t('identifier.register')))}`,
  })
}

function foreignWays(
  connections: NonNullable<IdentifierProps['connections']>,
  { t, text }: Messages,
): Html | false {
  if (connections.length === 0) return false
  return html`<ul class="plain" aria-label="${text('elsewhere.buttons')}">
    ${connections.map(({ name, leaveUrl }) => html`<li>${secondaryLink(leaveUrl, t('elsewhere.button', { connection: name }))}</li>`)}
  </ul>`
}
