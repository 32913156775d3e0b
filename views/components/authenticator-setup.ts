import { href, html, type Html } from '../html.ts'
import type { Messages } from '../messages.ts'
import { csrfField, field, postForm, primaryButton } from './form.ts'
import { code } from './text.ts'

export type AuthenticatorError =
  | { readonly kind: 'required' | 'wrong' }
  /** The device's clock; seconds. */
  | { readonly kind: 'clock_off'; readonly ahead: boolean; readonly by: number }

/** What an app is set up with. Posts the `code` it shows then. */
export type AuthenticatorSetup = {
  readonly action: string
  readonly csrf: string
  /** In groups of four. */
  readonly secret: string
  /** `otpauth:` */
  readonly uri: string
  readonly qr: QrSquares
  readonly error?: AuthenticatorError | undefined
}

/** One unit for each square, the quiet zone included. */
export type QrSquares = { readonly size: number; readonly path: string }

export function authenticatorSetup(props: AuthenticatorSetup, messages: Messages): Html {
  const { action, csrf, secret, uri, qr, error } = props
  const { t } = messages
  return html`<p>${t('two_step.scan')}</p>
    ${qrImage(qr, messages)}
    <p class="aside">
      <a href="${href(uri, { appScheme: 'otpauth' })}">${t('two_step.open_app')}</a>
    </p>
    <p>${t('two_step.key')}<br />${code(secret)}</p>
    ${postForm(
      { action, token: csrfField(csrf) },
      html`${field({
        name: 'code',
        label: t('two_step.code_label'),
        input: html`type="text" class="code" inputmode="numeric" autocomplete="one-time-code"
        dir="ltr" maxlength="16" required`,
        error: error && refusal(error, messages),
      })}
      ${primaryButton(t('two_step.turn_on'))}`,
    )}`
}

/** Dark on light whatever the page is: cameras want it so. */
function qrImage({ size, path }: QrSquares, { text }: Messages): Html {
  return html`<svg
    class="qr"
    viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges"
    role="img"
    aria-label="${text('two_step.qr')}"
  >
    <path fill="#fff" d="M0 0h${size}v${size}H0z" />
    <path fill="#000" d="${path}" />
  </svg>`
}

function refusal(error: AuthenticatorError, { t, duration }: Messages): Html {
  if (error.kind !== 'clock_off') return t(`two_step.code_${error.kind}`)
  const about = { duration: html`${duration(error.by)}` }
  return error.ahead ? t('two_step.clock_ahead', about) : t('two_step.clock_behind', about)
}
