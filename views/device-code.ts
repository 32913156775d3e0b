import { alert, field, hiddenField, postForm, primaryButton, warning } from './components/form.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor, type Messages } from './messages.ts'

/** RFC 8628 §3.3. Posts `xsrf` and `user_code`, as the engine's `code_verification` expects. */
export type DeviceCodeProps = {
  readonly page: Page
  readonly action: string
  readonly xsrf: string
  readonly userCode?: string | undefined
  readonly error?: DeviceCodeError | undefined
}

export type DeviceCodeError =
  | { readonly kind: 'required' | 'wrong' | 'expired' | 'used' }
  | { readonly kind: 'throttled'; /** Seconds. */ readonly retryAfter: number }

export function deviceCodePage({ page, action, xsrf, userCode, error }: DeviceCodeProps): Html {
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const throttled = error?.kind === 'throttled'
  const codeField = field({
    name: 'user_code',
    label: t('device.label'),
    input: html`type="text" class="code" autocomplete="off" autocapitalize="characters"
    spellcheck="false" dir="ltr" maxlength="64" required`,
    value: userCode,
    error: error && error.kind !== 'throttled' && t(`device.${error.kind}`),
    autofocus: !throttled,
  })
  return layout(page, {
    title: text('device.title'),
    lead: t('device.lead'),
    failed: error !== undefined,
    body: html`${throttled && alert(t('device.throttled', { duration: html`${messages.duration(error.retryAfter)}` }))}
    ${postForm({ action, token: hiddenField('xsrf', xsrf) }, [codeField, primaryButton(t('device.submit'))])}
    ${deviceWarning(messages)}`,
  })
}

/** Permanent, even for applications of our own: the one thing that stops a code sent by a stranger (RFC 8628 §5.4). */
export function deviceWarning({ t }: Messages): Html {
  return warning(t('device.warning', { strong: (words) => html`<strong>${words}</strong>` }))
}
