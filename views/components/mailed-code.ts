import { html, type Html } from '../html.ts'
import type { Messages } from '../messages.ts'
import { alert, field } from './form.ts'

/** Why a code from a mail did not lead on. */
export type MailedCodeError =
  | { readonly kind: 'required' | 'expired' | 'too_many' }
  | { readonly kind: 'wrong'; /** Tries. */ readonly left: number }
  | { readonly kind: 'too_soon' | 'throttled'; /** Seconds. */ readonly retryAfter: number }

/** Posts `code`. One field with room for a space, never six boxes. */
export function codeField(error: MailedCodeError | undefined, messages: Messages): Html {
  const wrong = error && fieldError(error, messages)
  return field({
    name: 'code',
    label: messages.t('email_code.label'),
    input: html`type="text" class="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr"
    maxlength="16" required`,
    error: wrong,
    autofocus: error === undefined || wrong !== undefined,
  })
}

/** What is wrong with more than the field. */
export function codeAlert(
  error: MailedCodeError | undefined,
  { t, duration }: Messages,
): Html | undefined {
  switch (error?.kind) {
    case 'expired':
    case 'too_many':
      return alert(t(`email_code.${error.kind}`))
    case 'too_soon':
    case 'throttled':
      return alert(t(`email_code.${error.kind}`, { duration: html`${duration(error.retryAfter)}` }))
    case 'required':
    case 'wrong':
    case undefined:
      return undefined
  }
}

function fieldError(error: MailedCodeError, { t }: Messages): Html | undefined {
  if (error.kind === 'required') return t('email_code.required')
  return error.kind === 'wrong' ? t('email_code.wrong', { count: error.left }) : undefined
}
