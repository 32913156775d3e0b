import {
  authenticatorSetup,
  type AuthenticatorError,
  type QrSquares,
} from './components/authenticator-setup.ts'
import { alert, csrfField, postForm, primaryButton } from './components/form.ts'
import { enrolExits, type EnrolFrame } from './enrol.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { messagesFor } from './messages.ts'

export type EnrolAppError = AuthenticatorError | { readonly kind: 'expired' }

/** An authenticator app in the middle of a sign-in. Posts nothing to begin, then the `code` the app shows. */
export type EnrolAppProps = EnrolFrame & {
  readonly csrf: string
  readonly beginAction: string
  readonly action: string
  /** What waits for its first code. */
  readonly pending:
    | { readonly secret: string; readonly uri: string; readonly qr: QrSquares }
    | undefined
  readonly error?: EnrolAppError | undefined
}

export function enrolAppPage(props: EnrolAppProps): Html {
  const { page, csrf, beginAction, action, pending, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  const wrong = error?.kind === 'expired' ? undefined : error
  return layout(page, {
    title: text('account.app_set_up'),
    lead: pending ? undefined : t('account.app_what'),
    failed: error !== undefined,
    body: html`${error?.kind === 'expired' && alert(t('two_step.expired'))}
    ${
      pending
        ? authenticatorSetup({ ...pending, action, csrf, error: wrong }, messages)
        : postForm({ action: beginAction, token }, primaryButton(t('account.app_begin')))
    }
    ${enrolExits(props, token, messages)}`,
  })
}
