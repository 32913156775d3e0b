import { href, html, type Html, type Part } from '../html.ts'
import type { Page } from '../layout.ts'
import { messagesFor, type Messages } from '../messages.ts'
import { alert, csrfField, hiddenField, note } from './form.ts'

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
  /** Stands before the button, and is posted with it. */
  readonly before?: Part
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
      ${csrfField(csrf)}${hiddenField('credential', '')}${props.before}
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

/** A passkey as one way among others. */
export type PasskeyOffer = {
  readonly action: string
  readonly options: string
  /** Why the last one did not lead on. */
  readonly error?: PasskeyProblem | undefined
  readonly signals?: PasskeySignals | undefined
}

/** `unknown_gone`: nobody's, and the browser is told to forget it. */
export const passkeyProblems = [
  'refused',
  'unknown',
  'unknown_gone',
  'other_account',
  'not_added',
] as const
export type PasskeyProblem = (typeof passkeyProblems)[number]

export function passkeyAlert(offer: PasskeyOffer | undefined, { t }: Messages): Html | false {
  return offer?.error !== undefined && alert(t(`passkey.${offer.error}`))
}

export function passkeyOffer(
  offer: PasskeyOffer,
  form: Omit<PasskeyForm, 'ceremony' | 'action' | 'options'>,
): Html {
  const { signals } = offer
  return html`${passkeyForm({ ...form, ...offer, ceremony: 'get' })}
  ${signals && passkeySignals(form.page, signals)}`
}
