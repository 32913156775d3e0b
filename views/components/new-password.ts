import { html, type Html } from '../html.ts'
import type { Messages } from '../messages.ts'
import { field, quietButton } from './form.ts'

/** Why a chosen password may not be one: `required` for none at all, else a `PasswordProblem` of the password room. */
export type NewPasswordError =
  | 'required'
  | 'malformed'
  | 'too_long'
  | 'too_short'
  | 'common'
  | 'context'
  | 'breached'

export type NewPasswordProps = {
  /** Code points the tenant asks for at least. */
  readonly minLength: number
  readonly error?: NewPasswordError | undefined
  readonly autofocus?: boolean | undefined
}

/** Code points; the password room's `longestPassword`. */
const longest = 256

/** Posts `new_password`. Says the rule before and the reason after (Q28), and is never filled in again. */
export function newPasswordField(props: NewPasswordProps, messages: Messages): Html {
  const { minLength, error, autofocus } = props
  const { t, text } = messages
  const reveal = html`type="button" data-reveal="new_password" data-hide="${text('password.hide')}"
  hidden`
  return field({
    name: 'new_password',
    label: t('new_password.label'),
    input: html`type="password" autocomplete="new-password" required`,
    hint: t('new_password.hint', { length: html`${minLength}` }),
    error: error && refusal(error, messages),
    autofocus,
    // Without the script it stays hidden: it could do nothing.
    after: quietButton(t('password.show'), reveal),
  })
}

function refusal(error: NewPasswordError, { t }: Messages): Html {
  if (error === 'too_long') return t('new_password.too_long', { length: html`${longest}` })
  return t(`new_password.${error}`)
}
