import {
  alert,
  csrfField,
  field,
  note,
  otherWay,
  postForm,
  primaryButton,
  quietButton,
} from './components/form.ts'
import { identity } from './components/identity.ts'
import { passkeyAlert, passkeyOffer, type PasskeyOffer } from './components/passkey.ts'
import { linkTo, strong } from './components/text.ts'
import { href, html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** Posts `email` (readonly, for password managers; the server knows it already) and `password`. */
export type PasswordProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly email: string
  readonly clientName?: string | undefined
  /** Where "Not you? Change" posts; left out when the account is fixed. */
  readonly changeAction?: string | undefined
  /** Why this person, who is signed in already, is asked again (`max_age`, `prompt=login`). */
  readonly reauthenticate?: boolean | undefined
  readonly error?: PasswordError | undefined
  readonly resetUrl?: string | undefined
  /** A passkey of the same account instead. */
  readonly passkey?: PasskeyOffer | undefined
  /** Where "Use an email code instead" posts, where the tenant allows it. */
  readonly codeAction?: string | undefined
  /** Development only: filled in. */
  readonly demoPassword?: string | undefined
}

export type PasswordError =
  | { readonly kind: 'required' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }
  /** Too many in a row: only a new password or a known device helps. */
  | { readonly kind: 'locked' }

export function passwordPage(props: PasswordProps): Html {
  const { page, error, passkey } = props
  const messages = messagesFor(page.locale)
  return layout(page, {
    title: messages.text(props.reauthenticate ? 'password.reauthenticate' : 'password.title'),
    lead: lead(props, messages),
    failed: error !== undefined || passkey?.error !== undefined,
    body: html`${error && error.kind !== 'required' && alert(formError(error, props.resetUrl, messages))}
    ${passkeyAlert(passkey, messages)} ${passwordForm(props, messages)}
    ${insteadOf(props, messages)}`,
  })
}

function passwordForm(props: PasswordProps, messages: Messages): Html {
  const { action, csrf, changeAction, demoPassword, error, passkey } = props
  const { t } = messages
  const token = csrfField(csrf)
  const isQuiet = error === undefined && passkey?.error === undefined
  const passwordField = field({
    name: 'password',
    label: t('password.label'),
    input: html`type="password" autocomplete="current-password" required`,
    value: demoPassword,
    error: error?.kind === 'required' && t('password.required'),
    autofocus: isQuiet || error?.kind === 'required',
    after: showPassword(messages),
  })
  return html`${postForm({ action, token }, [
    identity(
      props.email,
      t('password.account'),
      changeAction !== undefined && quietButton(t('password.change'), html`form="change"`),
    ),
    passwordField,
    demoPassword !== undefined && note(t('password.demo')),
    primaryButton(t('password.submit')),
  ])}
  ${changeAction !== undefined && postForm({ action: changeAction, token, id: 'change' }, '')}`
}

/** Other ways of the same account, and what to do without any. */
function insteadOf(props: PasswordProps, { t }: Messages): Html {
  const { page, csrf, passkey, codeAction, resetUrl } = props
  const token = csrfField(csrf)
  return html`${passkey && passkeyOffer(passkey, { page, csrf, label: t('passkey.use') })}
  ${codeAction !== undefined && otherWay({ action: codeAction, token }, quietButton(t('password.email_code')))}
  ${resetUrl && html`<p class="aside"><a href="${href(resetUrl)}">${t('password.forgot')}</a></p>`}`
}

function lead({ clientName, reauthenticate }: PasswordProps, { t }: Messages): Html | undefined {
  if (!reauthenticate) {
    return clientName === undefined
      ? undefined
      : t('identifier.lead', { client: strong(clientName) })
  }
  return clientName === undefined
    ? t('password.reauthenticate_lead_plain')
    : t('password.reauthenticate_lead', { client: strong(clientName) })
}

// Without the script it stays hidden: it could do nothing.
function showPassword({ t, text }: Messages): Html {
  return quietButton(
    t('password.show'),
    html`type="button" data-reveal="password" data-hide="${text('password.hide')}" hidden`,
  )
}

function formError(
  error: Exclude<PasswordError, { kind: 'required' }>,
  resetUrl: string | undefined,
  messages: Messages,
): Html {
  const { t } = messages
  const reset = resetUrl === undefined ? undefined : linkTo(resetUrl)
  if (error.kind === 'wrong') {
    return reset ? t('password.wrong_reset', { reset }) : t('password.wrong')
  }
  if (error.kind === 'locked') {
    return reset ? t('password.locked_reset', { reset }) : t('password.locked')
  }
  const duration = html`${messages.duration(error.retryAfter)}`
  return reset
    ? t('password.throttled_reset', { duration, reset })
    : t('password.throttled', { duration })
}
