import { href, html, type Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { messagesFor } from '../messages.ts'
import { csrfField, hiddenField, note } from './form.ts'

/**
 * A passkey that is made (`create`) or asked for (`get`). The script of `passkey.js` fetches what to ask for from
 * `options`, and posts `credential` to `action` as any form does. The button stays hidden where that cannot work.
 */
export type PasskeyForm = {
  readonly page: Page
  readonly ceremony: 'get' | 'create'
  readonly action: string
  readonly options: string
  readonly csrf: string
  readonly label: Html
  readonly primary?: boolean | undefined
  /** Offered in the list of a field with `autocomplete="… webauthn"` too. */
  readonly autofill?: boolean | undefined
  /** The page is about nothing else: it says so where passkeys do not work. */
  readonly alone?: boolean | undefined
}

export function passkeyForm(props: PasskeyForm): Html {
  const { page, ceremony, action, options, csrf, label, alone = false } = props
  const { t, text } = messagesFor(page.locale)
  const kind = props.primary ? 'button primary' : 'button'
  return html`<form
      method="post"
      action="${href(action)}"
      data-passkey="${ceremony}"
      data-options="${href(options)}"
      data-waiting="${text('passkey.waiting')}"
      data-failed="${text('passkey.failed')}"
      data-taken="${text('passkey.taken')}"
      ${props.autofill && html`data-autofill`}
      ${!alone && html`hidden`}
    >
      ${csrfField(csrf)}${hiddenField('credential', '')}
      <button class="${kind}" type="button" hidden>${label}</button>
      ${alone && html`<div data-unsupported>${note(t('passkey.unsupported'))}</div>`}
      <p class="aside" role="status"></p>
    </form>
    ${passkeyScript(page)}`
}

/** What this browser should keep or forget, by the names of the signals (WebAuthn L3 §5.1.10). */
export type PasskeySignals = {
  readonly signalUnknownCredential?: { readonly rpId: string; readonly credentialId: string }
  readonly signalAllAcceptedCredentials?: {
    readonly rpId: string
    readonly userId: string
    readonly allAcceptedCredentialIds: readonly string[]
  }
  readonly signalCurrentUserDetails?: {
    readonly rpId: string
    readonly userId: string
    readonly name: string
    readonly displayName: string
  }
}

export function passkeySignals(page: Page, signals: PasskeySignals): Html {
  return html`<div hidden data-signals="${JSON.stringify(signals)}"></div>
    ${passkeyScript(page)}`
}

/** A module runs once, however often a page names it. */
function passkeyScript({ assets }: Page): Html {
  return html`<script type="module" src="${href(assets('passkey.js'))}"></script>`
}
