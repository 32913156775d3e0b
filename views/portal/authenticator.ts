import {
  authenticatorSetup,
  type AuthenticatorError,
  type QrSquares,
} from '../components/authenticator-setup.ts'
import { alert, csrfField, postForm, primaryButton, quietButton } from '../components/form.ts'
import { html, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, portalPage, type PortalFrame } from './frame.ts'

export type AuthenticatorPageError = AuthenticatorError | { readonly kind: 'expired' }

/** Posts nothing to begin, then the `code` the app shows. */
export type AuthenticatorProps = {
  readonly frame: PortalFrame
  readonly fresh: boolean
  /** What waits for its first code. */
  readonly pending?:
    | { readonly secret: string; readonly uri: string; readonly qr: QrSquares }
    | undefined
  /** There is one already: it stops working. */
  readonly replaces: boolean
  readonly error?: AuthenticatorPageError | undefined
}

export function authenticatorPage(props: AuthenticatorProps): Html {
  const { frame, pending, replaces, error } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'two-step',
    title: text(replaces ? 'account.app_replace' : 'account.app_set_up'),
    lead: replaces && !pending ? t('account.app_replace_effect') : undefined,
    failed: error !== undefined,
    body: html`${error?.kind === 'expired' && alert(t('two_step.expired'))}
    ${pending ? setup(props, pending, messages) : begin(props, messages)}`,
  })
}

function begin({ frame, fresh }: AuthenticatorProps, messages: Messages): Html {
  const { t } = messages
  if (!fresh) return confirmation(frame, 'authenticator', messages)
  const { home, csrf } = frame
  return html`<p>${t('account.app_what')}</p>
    ${postForm(
      { action: `${home}/authenticator/begin`, token: csrfField(csrf) },
      primaryButton(t('account.app_begin')),
    )}`
}

function setup(
  { frame, error }: AuthenticatorProps,
  pending: NonNullable<AuthenticatorProps['pending']>,
  messages: Messages,
): Html {
  const { home, csrf } = frame
  const action = `${home}/authenticator`
  const wrong = error?.kind === 'expired' ? undefined : error
  return html`${authenticatorSetup({ ...pending, action, csrf, error: wrong }, messages)}
  ${postForm(
    { action: `${action}/cancel`, token: csrfField(csrf) },
    html`<p>${quietButton(messages.t('account.app_cancel'))}</p>`,
  )}`
}
