import {
  alert,
  csrfField,
  field,
  otherWay,
  postForm,
  primaryButton,
  quietButton,
} from '../components/form.ts'
import { codeAlert, codeField } from '../components/mailed-code.ts'
import { strong } from '../components/text.ts'
import { html, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, portalPage, type PortalFrame } from './frame.ts'

export type EmailPageError =
  | {
      readonly kind: 'email_invalid' | 'email_unchanged' | 'kept_elsewhere' | 'expired' | 'too_many'
    }
  | { readonly kind: 'wrong'; readonly left: number }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }

/** Posts `email`, then the `code` that was sent to it. */
export type EmailPageProps = {
  readonly frame: PortalFrame
  /** False: the person proves once more who they are first. */
  readonly fresh: boolean
  /** The new address a code was sent to. */
  readonly pending?: string | undefined
  readonly error?: EmailPageError | undefined
}

export function emailChangePage({ frame, fresh, pending, error }: EmailPageProps): Html {
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const ask = fresh ? addressForm(frame, error, messages) : confirmation(frame, 'email', messages)
  return portalPage(frame, {
    section: 'methods',
    title: text('account.email_change'),
    lead:
      pending === undefined
        ? t('account.email_lead', { email: strong(frame.email) })
        : t('email_code.lead', { email: strong(pending) }),
    failed: error !== undefined,
    body: html`${formError(error, messages)}
    ${pending === undefined ? ask : codeForm(frame, error, messages)}`,
  })
}

function formError(error: EmailPageError | undefined, messages: Messages): Html | undefined {
  if (error?.kind === 'throttled') return codeAlert(error, messages)
  if (error?.kind === 'kept_elsewhere') return alert(messages.t('account.email_kept_elsewhere'))
  return error?.kind === 'expired' || error?.kind === 'too_many'
    ? alert(messages.t('account.email_again'))
    : undefined
}

function addressForm(
  { home, csrf }: PortalFrame,
  error: EmailPageError | undefined,
  { t }: Messages,
): Html {
  const wrong =
    error?.kind === 'email_invalid'
      ? t('identifier.invalid')
      : error?.kind === 'email_unchanged' && t('account.email_unchanged')
  return postForm(
    { action: `${home}/email`, token: csrfField(csrf) },
    html`${field({
      name: 'email',
      label: t('account.email_new'),
      input: html`type="email" autocomplete="email" autocapitalize="none" spellcheck="false"
      required`,
      error: wrong,
    })}
    ${primaryButton(t('email_code.ask'))}`,
  )
}

function codeForm(
  { home, csrf }: PortalFrame,
  error: EmailPageError | undefined,
  messages: Messages,
): Html {
  const { t } = messages
  const token = csrfField(csrf)
  return html`${postForm({ action: `${home}/email/confirm`, token }, [
    codeField(error?.kind === 'wrong' ? error : undefined, messages),
    primaryButton(t('account.email_submit')),
  ])}
  ${otherWay({ action: `${home}/email/cancel`, token }, quietButton(t('email_code.change')))}`
}
