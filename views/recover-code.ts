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

/** Posts `code`; the same page whether the address is anybody's (Q73). */
export type RecoverCodeProps = {
  readonly page: Page
  readonly action: string
  readonly sendAction: string
  readonly changeAction: string
  readonly csrf: string
  readonly email: string
  /** Seconds until another code may be asked for; 0 at once. */
  readonly resendIn: number
  readonly error?: RecoverCodeError | undefined
}

export type RecoverCodeError =
  | { readonly kind: 'required' | 'expired' | 'too_many' }
  | { readonly kind: 'wrong'; /** Tries. */ readonly left: number }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }

export function recoverCodePage(props: RecoverCodeProps): Html {
  const { page, action, changeAction, csrf, email, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  const ofField = error?.kind === 'required' || error?.kind === 'wrong'
  const codeField = field({
    name: 'code',
    label: t('recover.code'),
    // one field with room for a space, never six boxes
    input: html`type="text" class="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
    maxlength="16" required`,
    error: error && ofField && sentence(error, messages),
    autofocus: error === undefined,
  })
  return layout(page, {
    title: text('recover.code_title'),
    lead: t('recover.code_lead', { email: strong(email) }),
    failed: error !== undefined,
    body: html`${error && !ofField && alert(sentence(error, messages))}
    ${postForm({ action, token }, [codeField, primaryButton(t('recover.code_submit'))])}
    ${resend(props, token, messages)}
    ${postForm({ action: changeAction, token }, quietButton(t('recover.change')))}`,
  })
}

function resend({ sendAction, resendIn }: RecoverCodeProps, token: Html, messages: Messages): Html {
  const { t, duration } = messages
  return resendIn > 0
    ? note(t('recover.resend_in', { duration: html`${duration(resendIn)}` }))
    : postForm({ action: sendAction, token }, quietButton(t('recover.resend')))
}

function sentence(error: RecoverCodeError, { t, duration }: Messages): Html {
  switch (error.kind) {
    case 'wrong':
      return t('recover.code_wrong', { count: error.left })
    case 'throttled':
      return t('recover.throttled', { duration: html`${duration(error.retryAfter)}` })
    case 'required':
    case 'expired':
    case 'too_many':
      return t(`recover.code_${error.kind}`)
  }
}
