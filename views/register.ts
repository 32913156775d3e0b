import {
  alert,
  csrfField,
  field,
  otherWay,
  postForm,
  primaryButton,
  quietButton,
} from './components/form.ts'
import { icons } from './components/icons.ts'
import { identity } from './components/identity.ts'
import { newPasswordField, type NewPasswordError } from './components/new-password.ts'
import { linkTo, strong } from './components/text.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** Posts `email`, `name` and `terms=yes`. */
export type RegisterProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  /** Back to signing in. */
  readonly cancelAction: string
  readonly email: string
  /** The one address this person is invited with. */
  readonly isInvited?: boolean | undefined
  readonly name: string
  /** Something is to be agreed to: what the page's tenant links to. */
  readonly mustAgree: boolean
  readonly agreed?: boolean | undefined
  readonly clientName?: string | undefined
  readonly error?: RegisterError | undefined
}

export type RegisterError =
  | 'closed'
  | 'email_required'
  | 'email_invalid'
  | 'email_domain'
  | 'name_required'
  | 'name_too_long'
  | 'agreement_required'

export function registerPage(props: RegisterProps): Html {
  const { page, action, csrf, cancelAction, clientName, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  return layout(page, {
    title: text('register.title'),
    lead:
      clientName === undefined ? undefined : t('identifier.lead', { client: strong(clientName) }),
    failed: error !== undefined,
    body: html`${error === 'closed' && alert(t('register.closed'))}
    ${postForm({ action, token }, [
      emailField(props, messages),
      nameField(props, messages),
      props.mustAgree && agreement(props, messages),
      primaryButton(t('register.submit')),
    ])}
    ${otherWay({ action: cancelAction, token }, quietButton(t('register.sign_in')))}`,
  })
}

function emailField({ email, error, isInvited }: RegisterProps, { t }: Messages): Html {
  if (isInvited) return identity(email, t('register.email'))
  const problems = ['email_required', 'email_invalid', 'email_domain'] as const
  const problem = problems.find((one) => one === error)
  return field({
    name: 'email',
    label: t('register.email'),
    input: html`type="email" autocomplete="username" autocapitalize="none" spellcheck="false"
    inputmode="email" required`,
    value: email,
    error: problem && t(`register.${problem}`),
    autofocus: problem !== undefined || error === undefined,
  })
}

function nameField({ name, error, isInvited }: RegisterProps, { t }: Messages): Html {
  const problem = error === 'name_required' || error === 'name_too_long' ? error : undefined
  return field({
    name: 'name',
    label: t('register.name'),
    input: html`type="text" autocomplete="name" maxlength="200" required`,
    value: name,
    error: problem && t(`register.${problem}`),
    autofocus: problem !== undefined || (error === undefined && isInvited === true),
  })
}

function agreement({ page, agreed, error }: RegisterProps, { t }: Messages): Html {
  const isMissing = error === 'agreement_required'
  const { termsUrl, privacyUrl } = page.tenant
  const terms = linkTo(termsUrl ?? '')
  const privacy = linkTo(privacyUrl ?? '')
  const both = termsUrl !== undefined && privacyUrl !== undefined
  const one =
    termsUrl === undefined
      ? t('register.agree_privacy', { privacy })
      : t('register.agree_terms', { terms })
  const checked = agreed === true && html`checked`
  const invalid = isMissing && html`aria-invalid="true" aria-describedby="terms-error" autofocus`
  return html`<div class="field">
    <div class="tick">
      <input type="checkbox" id="terms" name="terms" value="yes" required ${checked} ${invalid} />
      <label for="terms">${both ? t('register.agree_both', { terms, privacy }) : one}</label>
    </div>
    ${isMissing && html`<p class="field-error" id="terms-error">${icons.problem}<span>${t('register.agreement_required')}</span></p>`}
  </div>`
}

/** The last page of a registration. Posts `new_password`, or `without=yes`. */
export type RegisterPasswordProps = {
  readonly page: Page
  readonly action: string
  readonly csrf: string
  readonly email: string
  readonly minLength: number
  /** The person may go on without one. */
  readonly isOptional: boolean
  readonly error?: NewPasswordError | undefined
}

export function registerPasswordPage(props: RegisterPasswordProps): Html {
  const { page, action, email, minLength, error } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(props.csrf)
  return layout(page, {
    title: text('register_password.title'),
    failed: error !== undefined,
    body: html`${postForm({ action, token }, [
      identity(email, t('recover.account')),
      newPasswordField({ minLength, error, autofocus: true }, messages),
      primaryButton(t('register_password.submit')),
    ])}
    ${
      props.isOptional &&
      otherWay(
        { action, token },
        quietButton(t('register_password.without'), html`name="without" value="yes"`),
        t('register_password.without_hint'),
      )
    }`,
  })
}
