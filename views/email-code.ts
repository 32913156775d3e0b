import {
  alert,
  csrfField,
  field,
  note,
  postForm,
  primaryButton,
  quietButton,
} from './components/form.ts'
import { strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** A code by mail: asks for it, or takes it. Posts `code`; the other forms post nothing but their token. */
export type EmailCodeProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly email: string
  /** Sends the code, or a new one. */
  readonly sendAction: string
  /** Undefined: none was asked for yet. `resendIn`: seconds until a new one may be asked for, 0 at once. */
  readonly sent: { readonly resendIn: number } | undefined
  readonly changeAction?: string | undefined
  /** Back to the password, where there may be one. */
  readonly passwordAction?: string | undefined
  /** It does not sign in yet: something follows. */
  readonly goesOn?: boolean | undefined
  readonly error?: EmailCodeError | undefined
}

export type EmailCodeError =
  | { readonly kind: 'required' }
  | { readonly kind: 'expired' | 'too_many' }
  | { readonly kind: 'wrong'; readonly left: number }
  | { readonly kind: 'too_soon' | 'throttled'; /** Seconds. */ readonly retryAfter: number }

export function emailCodePage(props: EmailCodeProps): Html {
  const { page, csrf, error, sent, email } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  const title = sent ? 'email_code.title' : 'email_code.ask_title'
  return layout(page, {
    title: text(title),
    lead: t(sent ? 'email_code.lead' : 'email_code.ask_lead', { email: strong(email) }),
    failed: error !== undefined,
    body: html`${error && !isOfField(error) && alert(formError(error, messages))}
    ${sent ? codeForm(props, token, messages) : askForm(props, token, messages)}
    ${others(props, token, messages)}`,
  })
}

function askForm({ sendAction }: EmailCodeProps, token: Html, { t }: Messages): Html {
  return postForm({ action: sendAction, token }, primaryButton(t('email_code.ask')))
}

function codeForm(props: EmailCodeProps, token: Html, messages: Messages): Html {
  const { action, error, sendAction, sent } = props
  const { t, duration } = messages
  const resendIn = sent?.resendIn ?? 0
  const codeField = field({
    name: 'code',
    label: t('email_code.label'),
    // one field, room for a space: never six boxes
    input: html`type="text" class="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
    maxlength="16" required`,
    error: error && isOfField(error) && fieldError(error, messages),
    autofocus: error === undefined,
  })
  return html`${postForm({ action, token }, [codeField, primaryButton(t(props.goesOn ? 'register.continue' : 'email_code.submit'))])}
  ${postForm({ action: sendAction, token }, [
    note(
      resendIn > 0
        ? t('email_code.resend_in', { duration: html`${duration(resendIn)}` })
        : t('email_code.resend_hint'),
    ),
    html`<p>${quietButton(t('email_code.resend'))}</p>`,
  ])}`
}

function others(props: EmailCodeProps, token: Html, { t }: Messages): Html {
  const { changeAction, passwordAction } = props
  return html`${passwordAction !== undefined && postForm({ action: passwordAction, token }, html`<p>${quietButton(t('email_code.password'))}</p>`)}
  ${changeAction !== undefined && postForm({ action: changeAction, token }, html`<p>${quietButton(t('email_code.change'))}</p>`)}`
}

type FieldError = Extract<EmailCodeError, { kind: 'required' } | { kind: 'wrong' }>

function isOfField(error: EmailCodeError): error is FieldError {
  return error.kind === 'required' || error.kind === 'wrong'
}

function fieldError(error: FieldError, { t }: Messages): Html {
  return error.kind === 'wrong'
    ? t('email_code.wrong', { count: error.left })
    : t('email_code.required')
}

function formError(error: Exclude<EmailCodeError, FieldError>, messages: Messages): Html {
  const { t } = messages
  if (!('retryAfter' in error)) return t(`email_code.${error.kind}`)
  const duration = html`${messages.duration(error.retryAfter)}`
  return error.kind === 'too_soon'
    ? t('email_code.too_soon', { duration })
    : t('email_code.throttled', { duration })
}
