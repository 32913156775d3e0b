import { csrfField, postForm, primaryButton } from './components/form.ts'
import { identity } from './components/identity.ts'
import { newPasswordField, type NewPasswordError } from './components/new-password.ts'
import type { Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Posts `new_password`. */
export type RecoverPasswordProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly email: string
  /** Code points the tenant asks for at least. */
  readonly minLength: number
  readonly error?: NewPasswordError | undefined
}

export function recoverPasswordPage(props: RecoverPasswordProps): Html {
  const { page, action, csrf, email, minLength, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  return layout(page, {
    title: text('recover.password_title'),
    lead: t('recover.password_lead'),
    failed: error !== undefined,
    body: postForm({ action, token: csrfField(csrf) }, [
      identity(email, t('recover.account')),
      newPasswordField({ minLength, error, autofocus: true }, messages),
      primaryButton(t('recover.password_submit')),
    ]),
  })
}
