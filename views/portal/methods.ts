import {
  alert,
  csrfField,
  field,
  postForm,
  primaryButton,
  secondaryButton,
  secondaryLink,
} from '../components/form.ts'
import { newPasswordField, type NewPasswordError } from '../components/new-password.ts'
import { strong } from '../components/text.ts'
import { html, type Html, type Part } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, portalPage, section, type PortalFrame } from './frame.ts'

export type MethodsProps = {
  readonly frame: PortalFrame
  readonly hasPassword: boolean
  /** How many. */
  readonly passkeys: number
  /** How many, and whether there may be one at all. */
  readonly connected: { readonly count: number; readonly isOffered: boolean }
  readonly done?: 'email_changed' | 'password_set' | undefined
}

export function methodsPage(props: MethodsProps): Html {
  const { frame, hasPassword, passkeys, done } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const change = hasPassword ? t('account.password_change') : t('account.password_set_link')
  return portalPage(frame, {
    section: 'methods',
    title: text('account.nav_methods'),
    done: done && t(`account.methods_${done}`),
    body: html`${section(
      t('identifier.email'),
      html`<p>${strong(frame.email)}</p>
        <div class="choice">
          ${secondaryLink(`${frame.home}/email`, t('account.email_change'))}
        </div>`,
    )}
    ${section(
      t('password.label'),
      html`<p>${t(hasPassword ? 'account.password_is_set' : 'account.password_is_none')}</p>
        <div class="choice">${secondaryLink(`${frame.home}/password`, change)}</div>`,
    )}
    ${section(
      t('account.passkeys'),
      html`<p>
          ${
            passkeys === 0
              ? t('account.passkeys_none')
              : t('account.passkeys_count', { count: passkeys })
          }
        </p>
        <div class="choice">
          ${secondaryLink(
            `${frame.home}/passkeys`,
            t(passkeys === 0 ? 'account.passkeys_add' : 'account.passkeys_manage'),
          )}
        </div>`,
    )}
    ${elsewhere(props, messages)}`,
  })
}

function elsewhere({ frame, connected: { count, isOffered } }: MethodsProps, { t }: Messages) {
  if (count === 0 && !isOffered) return false
  const [said, label] =
    count === 0
      ? [t('account.connected_none'), t('account.connected_add')]
      : [t('account.connected_count', { count }), t('account.connected_manage')]
  return section(
    t('account.connected'),
    html`<p>${said}</p>
      <div class="choice">${secondaryLink(`${frame.home}/connected`, label)}</div>`,
  )
}

export type PasswordPageError =
  | { readonly kind: 'wrong' | 'current_required' | 'no_other_method' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }
  | { readonly kind: 'new'; readonly reason: NewPasswordError }

/** Posts `password` (the current one) and `new_password`; only the new one where there is none yet. */
export type PasswordPageProps = {
  readonly frame: PortalFrame
  readonly minLength: number
  readonly hasPassword: boolean
  /** What counts instead of a current password: false leads to a proof first. */
  readonly fresh: boolean
  readonly error?: PasswordPageError | undefined
}

export function passwordChangePage(props: PasswordPageProps): Html {
  const { frame, hasPassword, fresh, error } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  return portalPage(frame, {
    section: 'methods',
    lead: hasPassword ? t('account.password_effect') : undefined,
    title: text(hasPassword ? 'account.password_change' : 'account.password_set_link'),
    failed: error !== undefined,
    body: html`${formError(error, messages)}
    ${!hasPassword && !fresh ? confirmation(frame, 'password', messages) : form(props, messages)}
    ${hasPassword && removal(props, messages)}`,
  })
}

function formError(error: PasswordPageError | undefined, { t, duration }: Messages): Part {
  if (error?.kind === 'throttled')
    return alert(t('password.throttled', { duration: html`${duration(error.retryAfter)}` }))
  return error?.kind === 'no_other_method' && alert(t('account.password_last'))
}

function form({ frame, hasPassword, minLength, error }: PasswordPageProps, messages: Messages) {
  const { t } = messages
  const current =
    error?.kind === 'wrong' || error?.kind === 'current_required'
      ? t(`account.password_${error.kind}`)
      : undefined
  const reason = error?.kind === 'new' ? error.reason : undefined
  return postForm(
    { action: `${frame.home}/password`, token: csrfField(frame.csrf) },
    html`${
      hasPassword &&
      field({
        name: 'password',
        label: t('account.password_current'),
        input: html`type="password" autocomplete="current-password" required`,
        error: current,
      })
    }
    ${newPasswordField({ minLength, error: reason }, messages)}
    ${primaryButton(t('account.password_submit'))}`,
  )
}

function removal({ frame, fresh }: PasswordPageProps, messages: Messages): Html {
  const { t } = messages
  return section(
    t('account.password_remove_title'),
    html`<p>${t('account.password_remove_what')}</p>
      ${
        fresh
          ? postForm(
              { action: `${frame.home}/password/remove`, token: csrfField(frame.csrf) },
              secondaryButton(t('account.password_remove')),
            )
          : confirmation(frame, 'password', messages, { link: secondaryLink })
      }`,
  )
}
