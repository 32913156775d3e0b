import { csrfField, postForm, quietButton } from './components/form.ts'
import { passkeyAlert, passkeyOffer, type PasskeyOffer } from './components/passkey.ts'
import { otherWays, trustBox, type Way } from './components/ways.ts'
import { html, type Html } from './html.ts'
import { layout, type Page } from './layout.ts'
import { messagesFor } from './messages.ts'

/** One step more, by a passkey. Posts `credential`, and `trust` where the device may be remembered. */
export type PasskeyStepProps = {
  readonly page: Page
  readonly csrf: string
  readonly passkey: PasskeyOffer
  /** 0: it may not be remembered. */
  readonly trustDays: number
  /** Where the choice of another way posts. */
  readonly wayAction: string
  readonly otherWays: readonly Way[]
  readonly changeAction: string
}

export function passkeyStepPage(props: PasskeyStepProps): Html {
  const { page, csrf, passkey, changeAction } = props
  const messages = messagesFor(page.locale)
  const { t, text } = messages
  const token = csrfField(csrf)
  return layout(page, {
    title: text('second_step.title'),
    lead: t('second_step.passkey'),
    failed: passkey.error !== undefined,
    body: html`${passkeyAlert(passkey, messages)}
    ${passkeyOffer(passkey, {
      page,
      csrf,
      label: t('passkey.use'),
      primary: true,
      alone: true,
      before: trustBox(props.trustDays, messages),
    })}
    ${otherWays({ action: props.wayAction, token, ways: props.otherWays }, messages)}
    ${postForm({ action: changeAction, token }, html`<p>${quietButton(t('second_step.change'))}</p>`)}`,
  })
}
