import {
  alert,
  csrfField,
  field,
  note,
  postForm,
  primaryButton,
  quietButton,
} from './components/form.ts'
import { codeAlert, type MailedCodeError } from './components/mailed-code.ts'
import { strong } from './components/text.ts'
import { otherWays, trustBox, type Way } from './components/ways.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** One step more, by a code that is typed. Posts `code`, and `trust` where the device may be remembered. */
export type SecondStepProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly method: 'email_code' | 'totp' | 'recovery_code'
  readonly email: string
  /** By mail only: sends the code, or a new one. */
  readonly sendAction?: string | undefined
  /** By mail only. Undefined: none was asked for yet. `resendIn`: seconds until a new one may be asked for, 0 at once. */
  readonly sent?: { readonly resendIn: number } | undefined
  /** 0: it may not be remembered. */
  readonly trustDays: number
  /** Where the choice of another way posts. */
  readonly wayAction: string
  readonly otherWays: readonly Way[]
  readonly changeAction: string
  readonly error?: SecondStepError | undefined
}

export type SecondStepError =
  | MailedCodeError
  /** `locked`: no wait ends it. */
  | { readonly kind: 'locked' }
  /** The clock of the device, whose code is of another time; seconds. */
  | { readonly kind: 'clock_off'; readonly ahead: boolean; readonly by: number }
  /** Where the tries that are left are not told. */
  | { readonly kind: 'wrong' | 'used'; readonly left?: undefined }

export function secondStepPage(props: SecondStepProps): Html {
  const { page, csrf, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  return layout(page, {
    title: text('second_step.title'),
    lead: lead(props, messages),
    failed: error !== undefined,
    body: html`${error && formError(error, messages)}
    ${isToBeSent(props) ? askForm(props, token, messages) : codeForm(props, token, messages)}
    ${!isToBeSent(props) && sendForm(props, token, messages)}
    ${otherWays({ action: props.wayAction, token, ways: props.otherWays }, messages)}
    ${postForm({ action: props.changeAction, token }, html`<p>${quietButton(t('second_step.change'))}</p>`)}`,
  })
}

function isToBeSent({ method, sent }: SecondStepProps): boolean {
  return method === 'email_code' && sent === undefined
}

function lead(props: SecondStepProps, { t }: Messages): Html {
  if (props.method !== 'email_code') return t(`second_step.${props.method}`)
  const email = strong(props.email)
  return isToBeSent(props)
    ? t('second_step.email_code_ask', { email })
    : t('second_step.email_code', { email })
}

function askForm({ sendAction }: SecondStepProps, token: Html, { t }: Messages): Html {
  return postForm({ action: sendAction ?? '', token }, primaryButton(t('second_step.send')))
}

function codeForm(props: SecondStepProps, token: Html, messages: Messages): Html {
  const { action, error, method, trustDays } = props
  const { t } = messages
  const isRecovery = method === 'recovery_code'
  const wrong = error && fieldError(error, messages)
  const input = isRecovery
    ? html`type="text" class="code" autocomplete="off" autocapitalize="characters"
      spellcheck="false" dir="ltr" maxlength="32" required`
    : html`type="text" class="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
      maxlength="16" required`
  return postForm({ action, token }, [
    field({
      name: 'code',
      label: t(isRecovery ? 'second_step.recovery_code_label' : 'second_step.code'),
      input,
      error: wrong,
      autofocus: error === undefined || wrong !== undefined,
    }),
    trustBox(trustDays, messages),
    primaryButton(t('second_step.submit')),
  ])
}

function sendForm({ sendAction, sent }: SecondStepProps, token: Html, messages: Messages) {
  if (sendAction === undefined) return false
  const { t, duration } = messages
  const resendIn = sent?.resendIn ?? 0
  return postForm({ action: sendAction, token }, [
    resendIn > 0 && note(t('second_step.resend_in', { duration: html`${duration(resendIn)}` })),
    html`<p>${quietButton(t('second_step.resend'))}</p>`,
  ])
}

function fieldError(error: SecondStepError, { t, duration }: Messages): Html | undefined {
  switch (error.kind) {
    case 'required':
    case 'used':
      return t(`second_step.${error.kind}`)
    case 'clock_off': {
      const by = { duration: html`${duration(error.by)}` }
      return error.ahead ? t('second_step.clock_ahead', by) : t('second_step.clock_behind', by)
    }
    case 'wrong':
      return error.left === undefined
        ? t('second_step.wrong')
        : t('email_code.wrong', { count: error.left })
    case 'expired':
    case 'too_many':
    case 'too_soon':
    case 'throttled':
    case 'locked':
      return undefined
  }
}

/** What is wrong with more than the field. */
function formError(error: SecondStepError, messages: Messages): Html | undefined {
  switch (error.kind) {
    case 'locked':
      return alert(messages.t('second_step.locked'))
    case 'used':
    case 'clock_off':
    case 'required':
    case 'wrong':
      return undefined
    case 'expired':
    case 'too_many':
    case 'too_soon':
    case 'throttled':
      return codeAlert(error, messages)
  }
}
