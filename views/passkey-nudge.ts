import { csrfField, otherWay, quietButton } from './components/form.ts'
import { passkeyAlert, passkeyForm, type PasskeyOffer } from './components/passkey.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** Asks once in a while whether somebody wants a passkey. Posts `credential`; the ways on post nothing but their token. */
export type PasskeyNudgeProps = {
  readonly page: Page
  readonly csrf: string
  readonly passkey: PasskeyOffer
  readonly laterAction: string
  readonly neverAction: string
}

export function passkeyNudgePage(props: PasskeyNudgeProps): Html {
  const { page, csrf, passkey } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  return layout(page, {
    title: text('passkey.nudge_title'),
    lead: t('account.passkeys_lead'),
    failed: passkey.error !== undefined,
    body: html`${passkeyAlert(passkey, messages)}
    ${passkeyForm({
      ...passkey,
      page,
      csrf,
      ceremony: 'create',
      label: t('passkey.nudge_create'),
      primary: true,
      alone: true,
    })}
    ${otherWay({ action: props.laterAction, token }, quietButton(t('passkey.nudge_later')))}
    ${otherWay({ action: props.neverAction, token }, quietButton(t('passkey.nudge_never')))}`,
  })
}
