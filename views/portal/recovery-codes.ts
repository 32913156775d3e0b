import { alert, csrfField, postForm, primaryButton } from '../components/form.ts'
import { recoveryCodeList } from '../components/recovery-codes.ts'
import { html, type Html } from '../html.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { confirmation, portalPage, type PortalFrame } from './frame.ts'

export type RecoveryCodesError =
  | { readonly kind: 'no_factor' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }
  /** They were asked for after their time. */
  | { readonly kind: 'gone' }

/** Posts nothing but the wish for new ones, and that they are kept. */
export type RecoveryCodesProps = {
  readonly frame: PortalFrame
  readonly fresh: boolean
  /** Just made. */
  readonly codes?: readonly string[] | undefined
  readonly error?: RecoveryCodesError | undefined
}

export function recoveryCodesPage(props: RecoveryCodesProps): Html {
  const { frame, codes, error } = props
  const messages = messagesFor(frame.page.locale)
  const { t, text } = messages
  const { home, csrf, page } = frame
  const action = `${home}/recovery-codes`
  return portalPage(frame, {
    section: 'two-step',
    title: text('two_step.codes'),
    lead: t(codes ? 'two_step.codes_new' : 'two_step.codes_what'),
    failed: error !== undefined,
    body: html`${error && alert(refusal(error, messages))}
    ${
      codes
        ? recoveryCodeList({
            page,
            csrf,
            codes,
            downloadAction: `${action}/download`,
            savedAction: `${action}/saved`,
          })
        : make(props, messages)
    }`,
  })
}

function make({ frame, fresh }: RecoveryCodesProps, messages: Messages): Html {
  const { t } = messages
  if (!fresh) return confirmation(frame, 'recovery-codes', messages)
  return html`<p>${t('account.codes_effect')}</p>
    ${postForm(
      { action: `${frame.home}/recovery-codes`, token: csrfField(frame.csrf) },
      primaryButton(t('account.codes_make')),
    )}`
}

function refusal(error: RecoveryCodesError, { t, duration }: Messages): Html {
  if (error.kind !== 'throttled') return t(`account.codes_${error.kind}`)
  return t('account.codes_throttled', { duration: html`${duration(error.retryAfter)}` })
}
