import { csrfField, otherWay, postForm, primaryButton, quietButton } from './components/form.ts'
import { codeAlert, codeField, type MailedCodeError } from './components/mailed-code.ts'
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
  /** What it leads to. `reset`: the same page whether the address is anybody's (Q73). */
  readonly purpose: 'sign_in' | 'register' | 'reset'
  /** Who told the address, and did not vouch for it. */
  readonly connection?: string | undefined
  /** Sends the code, or a new one. */
  readonly sendAction: string
  /** Undefined: none was asked for yet. `resendIn`: seconds until a new one may be asked for, 0 at once. */
  readonly sent: { readonly resendIn: number } | undefined
  readonly changeAction: string
  /** Back to the password, where there may be one. */
  readonly passwordAction?: string | undefined
  readonly error?: MailedCodeError | undefined
}

export function emailCodePage(props: EmailCodeProps): Html {
  const { page, error, sent } = props
  const messages = messagesFor(page.locale)
  const token = csrfField(props.csrf)
  return layout(page, {
    title: messages.text(titleOf(props)),
    lead: lead(props, messages),
    failed: error !== undefined,
    body: html`${codeAlert(error, messages)}
    ${sent ? codeForms(props, sent.resendIn, token, messages) : askForm(props, token, messages)}
    ${others(props, token, messages)}`,
  })
}

function titleOf({ sent, connection }: EmailCodeProps) {
  if (sent) return 'email_code.title'
  return connection === undefined ? 'email_code.ask_title' : 'elsewhere.verify_title'
}

function lead({ purpose, sent, email, connection }: EmailCodeProps, { t }: Messages): Html {
  if (!sent && connection !== undefined)
    return t('elsewhere.verify_lead', { connection: strong(connection), email: strong(email) })
  if (!sent) return t('email_code.ask_lead', { email: strong(email) })
  return t(purpose === 'reset' ? 'recover.code_lead' : 'email_code.lead', { email: strong(email) })
}

function askForm({ sendAction }: EmailCodeProps, token: Html, { t }: Messages): Html {
  return postForm({ action: sendAction, token }, primaryButton(t('email_code.ask')))
}

function codeForms(
  { action, error, purpose, sendAction }: EmailCodeProps,
  resendIn: number,
  token: Html,
  messages: Messages,
): Html {
  const { t, duration } = messages
  const submit = t(purpose === 'sign_in' ? 'email_code.submit' : 'email_code.next')
  const hint =
    resendIn > 0
      ? t('email_code.resend_in', { duration: html`${duration(resendIn)}` })
      : t('email_code.resend_hint')
  return html`${postForm({ action, token }, [codeField(error, messages), primaryButton(submit)])}
  ${otherWay({ action: sendAction, token }, quietButton(t('email_code.resend')), hint)}`
}

function others(props: EmailCodeProps, token: Html, { t }: Messages): Html {
  const { changeAction, passwordAction } = props
  return html`${passwordAction !== undefined && otherWay({ action: passwordAction, token }, quietButton(t('email_code.password')))}
  ${otherWay({ action: changeAction, token }, quietButton(t('email_code.change')))}`
}
